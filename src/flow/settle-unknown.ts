import { sentence } from '../domain/errors.ts'
import type { Remediation } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import type { LedgerTx } from './ledger.ts'
import { chainOf, entryOf, move, standsIn } from './move.ts'
import { handOver } from './next-step.ts'
import type { RemediateDeps } from './remediate-deps.ts'

/** Most runs of an idempotent handler when its workers keep dying: perhaps it is what kills them. */
const MAX_RUNS = 3

/** Gives up runs whose worker stopped beating: the outcome is unknown, and settled next. */
export async function giveUpLostRuns(deps: RemediateDeps): Promise<number> {
  return inTurn(deps.ledger, async (tx) => {
    const lost = await tx.lostRuns(100)
    const now = deps.now()
    for (const { remediation: id, number } of lost) {
      await tx.endRun(id, number, { at: now, outcome: 'lost', result: null, error: 'its worker stopped beating' })
      const remediation = await tx.findRemediation(id, true)
      if (!standsIn(remediation, 'running')) continue
      await move(tx, remediation, 'unknown', 'worker-lost', now, { wakeAt: now })
      await tx.appendEntries([entryOf(remediation, 'run.lost', { number }, now)])
    }
    return lost.length
  })
}

/**
 * Settles a run whose outcome nobody knows. An idempotent handler runs again; another is asked whether it happened; what
 * stays in doubt is never repeated: a person is told, and the target stays held until the incident ends.
 */
export async function settleUnknown(deps: RemediateDeps, remediation: Remediation): Promise<void> {
  if (!standsIn(remediation, 'unknown')) return
  const { idempotent, canProbe } = deps.handlers.facts(remediation.handler)
  if (!remediation.incidentOpen) return decideOutcome(deps, remediation, true, 'the incident is over')
  if (idempotent) return decideOutcome(deps, remediation, false, 'safe to run again')
  if (!canProbe) return decideOutcome(deps, remediation, 'unknown', 'the handler cannot tell')
  try {
    const { happened, evidence } = await deps.handlers.probe(remediation.system, remediation.step, deps.stopping)
    await decideOutcome(deps, remediation, happened, evidence)
  } catch (error) {
    await decideOutcome(deps, remediation, 'unknown', `could not ask: ${sentence(error)}`)
  }
}

async function decideOutcome(
  deps: RemediateDeps,
  remediation: Remediation & { state: 'unknown' },
  happened: boolean | 'unknown',
  evidence: string,
): Promise<void> {
  await inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    if (happened === true) {
      const verifyUntil = new Date(now.getTime() + remediation.step.verify.withinMs)
      await move(tx, remediation, 'verifying', `it happened: ${evidence}`, now, { verifyUntil, wakeAt: now })
    } else if (happened === false && (await tx.countRuns(remediation.id)) < MAX_RUNS) {
      await move(tx, remediation, 'queued', `run again: ${evidence}`, now, { wakeAt: now })
    } else {
      await leaveToPerson(tx, remediation, evidence, now)
    }
  })
}

async function leaveToPerson(
  tx: LedgerTx,
  remediation: Remediation & { state: 'unknown' },
  evidence: string,
  now: Date,
): Promise<void> {
  await tx.wakeNever(remediation.id, 'unknown')
  await tx.appendEntries([
    entryOf(remediation, 'verification.checked', { recovered: false, evidence: `outcome unknown: ${evidence}` }, now),
  ])
  if (remediation.incident !== null)
    await handOver(tx, chainOf(remediation), `outcome of ${remediation.handler} unknown: ${evidence}`, now)
}
