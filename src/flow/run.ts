import { setTimeout as pause } from 'node:timers/promises'
import { NightshiftError, sentence } from '../domain/errors.ts'
import { breakerName } from '../domain/history.ts'
import type { Remediation } from '../domain/remediation.ts'
import type { RunEnd } from '../domain/run.ts'
import { startGate } from './gate.ts'
import { lookOnceMore } from './last-look.ts'
import { entryOf, move } from './move.ts'
import type { BreakerResult, RemediateDeps } from './remediate-deps.ts'

/**
 * Runs a queued remediation: asks the last guards, writes the start, acts, writes the end. The start is on disk before the
 * action, so that a death in between is known as such. Success is not decided here: evidence decides, in `verify`.
 */
export async function run(deps: RemediateDeps, queued: Remediation): Promise<void> {
  const started = await startGate(deps, queued.id, await lookOnceMore(deps, queued))
  if (started === null) return
  const { remediation, number, breaker } = started
  const lease = keepLease(deps, remediation.id, number)
  const signal = AbortSignal.any([deps.stopping, lease.lost])
  try {
    const outcome = await deps.throughBreaker(breaker, deps.now(), () =>
      deps.handlers.run(remediation.system, remediation.step, signal),
    )
    await writeEnd(deps, remediation, number, outcome)
  } finally {
    lease.stop()
  }
}

async function writeEnd(
  deps: RemediateDeps,
  remediation: Remediation & { state: 'running' },
  number: number,
  outcome: BreakerResult,
): Promise<void> {
  const end = endOf(deps, outcome)
  for (;;) {
    try {
      return await deps.ledger.transaction(async (tx) => {
        const at = deps.now()
        await tx.writeBreaker(
          {
            name: breakerName(remediation.handler, remediation.target),
            failures: outcome.failures,
            openedAt: outcome.openedAt,
          },
          at,
        )
        const inTime = await tx.endRun(remediation.id, number, { ...end, at })
        const verifyUntil = new Date(at.getTime() + remediation.step.verify.withinMs)
        const data = { number, outcome: end.outcome, result: end.result, error: end.error }
        if (inTime) {
          if (await move(tx, remediation, 'verifying', end.outcome, at, { verifyUntil, wakeAt: at }))
            await tx.appendEntries([entryOf(remediation, 'run.ended', data, at)])
          return
        }
        // Given up for lost while it worked: its end is evidence all the same, if nobody has settled it yet.
        if (
          await move(tx, { ...remediation, state: 'unknown' }, 'verifying', 'ended-after-lease', at, {
            verifyUntil,
            wakeAt: at,
          })
        ) {
          await tx.appendEntries([entryOf(remediation, 'run.ended', data, at)])
        }
      })
    } catch (error) {
      const away = error instanceof NightshiftError && error.code === 'ledger-unavailable'
      if (!away || deps.stopping.aborted) throw error
      deps.log.warn({ err: error, remediation: remediation.id }, 'the end of a run is not on disk yet; trying again')
      await pause(500)
    }
  }
}

function endOf(deps: RemediateDeps, outcome: BreakerResult): Omit<RunEnd, 'at'> {
  if ('result' in outcome) return { outcome: 'done', result: outcome.result, error: null }
  if ('refused' in outcome) return { outcome: 'failed', result: null, error: 'the breaker is open' }
  if (deps.stopping.aborted) return { outcome: 'handed-back', result: null, error: sentence(outcome.error) }
  const timedOut = outcome.error instanceof NightshiftError && outcome.error.code === 'timeout'
  return { outcome: timedOut ? 'timed-out' : 'failed', result: null, error: sentence(outcome.error) }
}

/** Beats the lease while the run lasts; `lost` is aborted when it was given to somebody else's judgement. */
function keepLease(deps: RemediateDeps, remediation: number, number: number): { lost: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const beat = async () => {
    try {
      if (!(await deps.ledger.renewLease(remediation, number, deps.leaseMs)))
        controller.abort(new Error('the lease of this run is lost'))
    } catch (error) {
      // A missed beat is what the lease has slack for; the next one may get through.
      deps.log.warn({ err: error, remediation }, 'a lease could not be renewed')
    }
  }
  const timer = setInterval(beat, deps.leaseMs / 4)
  return { lost: controller.signal, stop: () => clearInterval(timer) }
}
