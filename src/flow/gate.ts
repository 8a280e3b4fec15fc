import type { BreakerState } from '../domain/controls.ts'
import { BREAKER_RESET_MS, breakerName } from '../domain/history.ts'
import type { Remediation } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import type { LastLook } from './last-look.ts'
import type { LedgerTx } from './ledger.ts'
import { entryOf, move, standsIn } from './move.ts'
import { takeNextStep, takeStepAgain } from './next-step.ts'
import type { RemediateDeps } from './remediate-deps.ts'

/** How long a run waits before it looks again whether its target is free, in ms. */
const BUSY_RETRY_MS = 2000

/** What a person approved was approved under other policies. */
const POLICIES_MOVED: LastLook = {
  stop: 'void: the policies have changed since it was approved',
  follows: 'propose-again',
}

export type Started = {
  remediation: Remediation & { state: 'running' }
  number: number
  breaker: BreakerState
  /** Of `performance.now()`, not later than the beginning of the lease in the ledger. */
  leasedFrom: number
}

/**
 * The last look before acting, in one transaction with the record of the start: still queued, incident open, approvals in
 * hand, kill switch off, breaker closed, target free. Between any of these and the start nothing else can be decided.
 * @returns null when the run must not begin; what follows instead is on disk
 */
export async function startGate(deps: RemediateDeps, id: number, look: LastLook): Promise<Started | null> {
  return inTurn(deps.ledger, async (tx) => {
    const remediation = await tx.findRemediation(id, true)
    if (!standsIn(remediation, 'queued')) return null
    const now = deps.now()
    if (!remediation.incidentOpen) {
      await move(tx, remediation, 'cancelled', 'incident-closed', now)
      return null
    }
    const moved = remediation.mode !== 'auto' && remediation.policyHash !== deps.policies().hash
    const found: LastLook = moved ? POLICIES_MOVED : look
    if (found.stop !== null) {
      await turnBack(tx, deps, remediation, found, now)
      return null
    }
    const breaker = await tx.readBreaker(breakerName(remediation.handler, remediation.target))
    const stop = await reasonToStop(tx, deps, remediation, breaker, now)
    if (stop !== null) {
      if (await move(tx, remediation, 'suppressed', stop, now)) await takeNextStep(tx, deps, remediation, stop, now)
      return null
    }
    if (await tx.targetHeld(remediation.target, id)) {
      await tx.wakeRemediation(id, 'queued', new Date(now.getTime() + BUSY_RETRY_MS))
      return null
    }
    await move(tx, remediation, 'running', 'started', now, { startedAt: now })
    const leasedFrom = performance.now()
    const number = await tx.insertRun(id, deps.worker, now, deps.leaseMs)
    await tx.appendEntries([
      entryOf(
        remediation,
        'run.started',
        {
          number,
          worker: deps.worker,
          handler: remediation.handler,
          target: remediation.target,
          idempotent: deps.handlers.facts(remediation.handler).idempotent,
        },
        now,
      ),
    ])
    return { remediation: { ...remediation, state: 'running' }, number, breaker, leasedFrom }
  })
}

/** Ends a remediation that the last look found wanting, and begins what follows. */
async function turnBack(
  tx: LedgerTx,
  deps: RemediateDeps,
  remediation: Remediation & { state: 'queued' },
  look: LastLook & { stop: string },
  now: Date,
): Promise<void> {
  const to = look.follows === 'next-step' ? 'suppressed' : 'cancelled'
  if (!(await move(tx, remediation, to, look.stop, now))) return
  if (look.follows === 'next-step') await takeNextStep(tx, deps, remediation, look.stop, now)
  if (look.follows === 'propose-again') await takeStepAgain(tx, deps, remediation, look.stop, now)
}

async function reasonToStop(
  tx: LedgerTx,
  deps: RemediateDeps,
  remediation: Remediation,
  breaker: BreakerState,
  now: Date,
): Promise<string | null> {
  if (deps.shadow || remediation.rule.shadow) return 'shadow'
  if ((await tx.readKillSwitch()).on) return 'kill-switch'
  if (breaker.openedAt !== null && now.getTime() - breaker.openedAt.getTime() < BREAKER_RESET_MS) return 'breaker-open'
  if (remediation.mode === 'auto') return null
  const approval = await tx.lockApproval(remediation.id)
  // Promise 2, at the last possible place: whatever queued it, without its approvals on record it does not run.
  return approval !== null && new Set(approval.given).size >= approval.needed ? null : 'not-approved'
}
