import { NightshiftError, sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { Backend } from './bull.ts'
import { errorLog } from './error-log.ts'
import { openPostgresBackend } from './postgres-backend.ts'
import { openRedisBackend } from './redis-backend.ts'
import { type Processor, settlesWithin, startWorking, type Working } from './working.ts'

export type QueueOptions = {
  backend: { kind: 'postgres' | 'redis'; url: string }
  log: Log
  now: () => Date
  /** Queues of different names do not see each other. */
  name?: string
}

/** One ring of the bell for a remediation; `at` null or past: at once. */
export type Ring = { id: string; remediation: number; at: Date | null }

/**
 * The bell. It says that there may be something to do; what there is to do stands in the ledger. So a ring may be lost or
 * doubled, and an id that the queue still holds rings only once: nothing may rest on it.
 */
export type Queue = {
  /** Rings, all or none. @throws NightshiftError `queue-unavailable`, within a few seconds, when the server is away */
  ring: (bells: readonly Ring[]) => Promise<void>
  /** Begins to work. Errors of the processor are logged, and the job is over. */
  work: (processor: Processor, options: { concurrency: number }) => void
  /** @throws NightshiftError `queue-unavailable`, within a few seconds, when the server is away */
  ready: () => Promise<void>
  /** Takes no more jobs, waits up to `graceMs` for those in hand, puts the rest back, and ends the connections. */
  close: (options: { graceMs: number }) => Promise<void>
}

const ANSWER_MS = 4000
const CLOSE_MS = 2000

/**
 * Opens the queue.
 * @throws NightshiftError `queue-unavailable` when PostgreSQL is away (its schema could not be brought up to date);
 *   `config-invalid` for a Redis URL that is none
 */
export async function createQueue({
  backend: { kind, url },
  log,
  now,
  name = 'remediations',
}: QueueOptions): Promise<Queue> {
  const onError = errorLog(log, now)
  const backend =
    kind === 'postgres' ? await inTime(openPostgresBackend(url, name), 60_000) : openRedisBackend(url, name, onError)
  backend.queue.on('error', onError)
  let working: Working | null = null
  let closed: Promise<void> | null = null
  const close = async (graceMs: number): Promise<void> => {
    await working?.stop(graceMs)
    await settlesWithin(CLOSE_MS, backend.queue.close().catch(onError))
    await settlesWithin(CLOSE_MS, backend.close().catch(onError))
  }
  return {
    ring: async (bells) => {
      if (bells.length > 0) await inTime(backend.queue.addBulk(bells.map((bell) => asJob(bell, now()))))
    },
    work: (processor, { concurrency }) => {
      working = startWorking(backend, processor, concurrency, log, onError)
    },
    ready: () => inTime(backend.ping()),
    close: ({ graceMs }) => {
      closed ??= close(graceMs)
      return closed
    },
  }
}

function asJob({ id, remediation, at }: Ring, now: Date): Parameters<Backend['queue']['addBulk']>[0][number] {
  const delay = at === null ? 0 : Math.max(0, at.getTime() - now.getTime())
  // Removed when over: an id that is still held, even a finished one, would make a later ring silently count for nothing.
  return {
    name: 'remediation',
    data: { remediation },
    opts: { jobId: id, delay, attempts: 1, removeOnComplete: true, removeOnFail: true },
  }
}

async function inTime<T>(work: Promise<T>, ms = ANSWER_MS): Promise<T> {
  // What is late and then fails has been answered for already.
  work.catch(() => {})
  try {
    if (await settlesWithin(ms, work)) return await work
  } catch (error) {
    throw new NightshiftError('queue-unavailable', `the queue cannot be used: ${sentence(error)}`, {}, error)
  }
  throw new NightshiftError('queue-unavailable', `the queue cannot be used: no answer within ${ms / 1000} s`)
}
