import { setTimeout as pause } from 'node:timers/promises'
import { NightshiftError, sentence } from '../domain/errors.ts'
import { breakerName } from '../domain/history.ts'
import type { Remediation } from '../domain/remediation.ts'
import type { RunEnd } from '../domain/run.ts'
import { startGate } from './gate.ts'
import { lookOnceMore } from './last-look.ts'
import { keepLease } from './lease.ts'
import { entryOf, move } from './move.ts'
import type { BreakerResult, RemediateDeps } from './remediate-deps.ts'

/**
 * Runs a queued remediation: asks the last guards, writes the start, acts, writes the end. The start is on disk before the
 * action, so that a death in between is known as such. Success is not decided here: evidence decides, in `verify`.
 */
export async function run(deps: RemediateDeps, queued: Remediation): Promise<void> {
  const started = await startGate(deps, queued.id, await lookOnceMore(deps, queued))
  if (started === null) return
  const { remediation, number, breaker, leasedFrom } = started
  const lease = keepLease(deps, remediation.id, number, leasedFrom)
  const signal = AbortSignal.any([deps.stopping, lease.lost])
  try {
    const outcome = await deps.throughBreaker(breaker, deps.now(), () =>
      deps.handlers.run(remediation.system, remediation.step, signal, lease.assertHeld),
    )
    // Broken off by us: that says nothing about the handler, so its breaker stays as it was.
    const counted = signal.aborted ? { ...outcome, failures: breaker.failures, openedAt: breaker.openedAt } : outcome
    await writeEnd(deps, remediation, number, counted)
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
