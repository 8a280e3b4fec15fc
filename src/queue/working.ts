import { setTimeout as sleep } from 'node:timers/promises'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { Backend, BullJob, BullWorker } from './bull.ts'

export type Processor = (remediation: number) => Promise<void>

const AGAIN_MS = 1000

/** Jobs being worked on, until stopped. */
export type Working = {
  /** Takes no more; waits up to `graceMs` for those in hand, and puts the rest back. */
  stop: (graceMs: number) => Promise<void>
}

/** Starts to work. A worker whose first contact fails never recovers by itself: it is replaced until one gets through. */
export function startWorking(
  backend: Backend,
  processor: Processor,
  concurrency: number,
  log: Log,
  onError: (error: Error) => void,
): Working {
  const inHand = new Map<BullJob, string | undefined>()
  let stopping = false

  const process = async (job: BullJob, token?: string): Promise<void> => {
    inHand.set(job, token)
    try {
      await processor(job.data.remediation)
    } catch (error) {
      // The remediation stands in the ledger as it stood, and the sweeper rings for it again.
      log.error({ remediation: job.data.remediation, error: sentence(error), cause: error }, 'queue: a job failed')
    } finally {
      inHand.delete(job)
    }
  }
  const begin = (): BullWorker => {
    const started = backend.newWorker(process, concurrency)
    started.on('error', onError)
    started.waitUntilReady().catch(async (error: Error) => {
      if (stopping) return
      onError(error)
      await started.close(true)
      await sleep(AGAIN_MS)
      if (!stopping) worker = begin()
    })
    return started
  }
  let worker = begin()

  return {
    stop: async (graceMs) => {
      stopping = true
      // A worker that is closed while it still connects leaves that connection open, and the process would not end.
      await settlesWithin(AGAIN_MS, worker.waitUntilReady().catch(onError))
      await worker.pause(true)
      // Rejects or hangs when the server is away; what is in hand is then found by its lock running out.
      const closed = worker.close().catch(onError)
      if (await settlesWithin(graceMs, closed)) return
      const remediations = [...inHand.keys()].map((job) => job.data.remediation)
      if (remediations.length > 0) log.warn({ remediations }, 'queue: hands back what runs still')
      const back = [...inHand].map(([job, token]) => job.moveToWait(token).catch(onError))
      await settlesWithin(AGAIN_MS, Promise.all(back))
      await settlesWithin(AGAIN_MS, worker.abandon().catch(onError))
    },
  }
}

/** Waits for the work, but no longer than `ms`; was it done in time? */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController()
  try {
    return await Promise.race([work.then(() => true), sleep(ms, false, { signal: late.signal })])
  } finally {
    late.abort()
  }
}
