import { type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import { sentence } from '../domain/errors.ts'
import { STILL_FIRING_MS } from '../domain/escalation.ts'
import type { Json } from '../domain/policy.ts'
import type { Remediation } from '../domain/remediation.ts'
import { settleFollowers } from './followers.ts'
import { inTurn } from './in-turn.ts'
import type { LedgerTx } from './ledger.ts'
import { entryOf, move, standsIn } from './move.ts'
import { takeNextStep } from './next-step.ts'
import type { RemediateDeps } from './remediate-deps.ts'

type Verifying = Remediation & { state: 'verifying' }
type Evidence = { recovered: boolean; evidence: string }

/**
 * Looks whether a run helped. The handler's own check must hold, and the rule's PromQL where there is one; the alert
 * resolving counts on its own. Not yet: it is looked at again later, holding no worker. Not in time: undone where the handler
 * can, and the next step follows.
 */
export async function verify(deps: RemediateDeps, remediation: Remediation): Promise<void> {
  if (!standsIn(remediation, 'verifying')) return
  const found =
    remediation.incidentOpen || remediation.incident === null
      ? await lookForEvidence(deps, remediation)
      : { recovered: true, evidence: 'the alert resolved' }
  const overdue = remediation.verifyUntil === null || deps.now() >= remediation.verifyUntil
  if (found.recovered) return succeed(deps, remediation, found.evidence)
  if (!overdue) return lookAgain(deps, remediation)
  await giveUp(deps, remediation, found.evidence)
}

async function lookForEvidence(deps: RemediateDeps, { system, step }: Verifying): Promise<Evidence> {
  try {
    const own = await deps.handlers.verify(system, step, deps.stopping)
    if (!own.recovered || step.verify.promql === null) return own
    const holds = await deps.holds(step.verify.promql)
    if (holds === null)
      return { recovered: false, evidence: `${own.evidence}; Prometheus gives no answer, so it is not proven` }
    return { recovered: holds, evidence: `${own.evidence}; ${step.verify.promql} ${holds ? 'holds' : 'does not hold'}` }
  } catch (error) {
    return { recovered: false, evidence: `could not look: ${sentence(error)}` }
  }
}

async function lookAgain(deps: RemediateDeps, { id, step, verifyUntil }: Verifying): Promise<void> {
  const next = deps.now().getTime() + step.verify.everyMs
  await deps.ledger.transaction((tx) =>
    tx.wakeRemediation(id, 'verifying', new Date(Math.min(next, verifyUntil?.getTime() ?? next))),
  )
}

async function succeed(deps: RemediateDeps, remediation: Verifying, evidence: string): Promise<void> {
  await inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    if (!(await move(tx, remediation, 'succeeded', 'verified', now))) return
    await tx.appendEntries([
      entryOf(remediation, 'verification.checked', { recovered: true, evidence }, now),
      ...(await settleFollowers(tx, remediation.id, 'fixed', now)),
    ])
    if (remediation.incident === null) return
    // Fixed, but Alertmanager has the last word: if "resolved" does not come, a person is told.
    const dueAt = new Date(now.getTime() + STILL_FIRING_MS)
    const held = await tx.rescheduleEscalations([remediation.incident], dueAt, 'still-firing-after-fix', now)
    await tx.appendEntries(
      held.map(
        (chain): ChainedEntry => ({
          chain,
          at: now,
          kind: 'escalation.held',
          actor: SYSTEM,
          data: { reason: 'still-firing-after-fix', dueAt: dueAt.toISOString() },
        }),
      ),
    )
  })
}

async function giveUp(deps: RemediateDeps, remediation: Verifying, evidence: string): Promise<void> {
  const ineffective = { ...remediation, state: 'ineffective' as const }
  const mine = await inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    if (!(await move(tx, remediation, 'ineffective', 'not-recovered-in-time', now))) return false
    await tx.appendEntries([entryOf(remediation, 'verification.checked', { recovered: false, evidence }, now)])
    // What comes next is decided in this transaction; the undo, which talks to the target, comes after it.
    if (!deps.handlers.facts(remediation.handler).canRollBack)
      await takeNextStep(tx, deps, ineffective, 'it did not help', now)
    return true
  })
  if (!mine || !deps.handlers.facts(remediation.handler).canRollBack) return
  const undone = await undo(deps, remediation)
  await inTurn(deps.ledger, (tx) => closeUndone(tx, deps, ineffective, undone))
}

async function undo(
  deps: RemediateDeps,
  { id, system, step }: Verifying,
): Promise<{ result: Json; error: string | null }> {
  try {
    const done = await deps.ledger.lastResult(id)
    return { result: await deps.handlers.rollback(system, step, done, deps.stopping), error: null }
  } catch (error) {
    deps.log.error({ err: error, remediation: id }, 'the undo failed')
    return { result: null, error: sentence(error) }
  }
}

async function closeUndone(
  tx: LedgerTx,
  deps: RemediateDeps,
  remediation: Remediation & { state: 'ineffective' },
  { result, error }: { result: Json; error: string | null },
): Promise<void> {
  const now = deps.now()
  if (error === null) await move(tx, remediation, 'rolled_back', 'undone', now)
  await tx.appendEntries([
    entryOf(
      remediation,
      'verification.checked',
      { recovered: false, evidence: error === null ? 'undone' : `the undo failed: ${error}`, result },
      now,
    ),
  ])
  await takeNextStep(
    tx,
    deps,
    remediation,
    error === null ? 'it did not help and was undone' : 'it did not help and could not be undone',
    now,
  )
}
