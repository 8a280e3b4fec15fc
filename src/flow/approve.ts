import { type ApprovalRefusal, refusalOf } from '../domain/approval.ts'
import type { Actor } from '../domain/entry.ts'
import type { PolicySet } from '../domain/policy.ts'
import type { Remediation } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import type { FlowLedger, LedgerTx } from './ledger.ts'
import { entryOf, move, standsIn } from './move.ts'
import { takeNextStep, takeStepAgain } from './next-step.ts'

export type ApproveDeps = { ledger: FlowLedger; policies: () => PolicySet; shadow: boolean; now: () => Date }

/** How a person's decision was taken: done, or why not, with the state that stands. */
export type CommandResult =
  | { ok: true; state: string }
  | { ok: false; code: 'conflict' | 'forbidden' | 'not-found' | 'bad-parameter'; message: string; state?: string }

const REFUSALS: Record<ApprovalRefusal, string> = {
  'not-an-approver': 'is not among the approvers of this rule',
  'own-request': 'asked for this run, so somebody else must approve it',
  'already-approved': 'has approved already; somebody else must be the second',
  expired: 'is too late: the time to decide is over',
  'policy-changed': 'the policies have changed since this was shown',
}

const MOVED_ON = 'what was shown is not what is proposed now'

/**
 * Takes a yes. With enough of them the remediation is queued; one yes starts it once, however often it is said.
 * @param digest what was shown to the person; the yes counts for nothing else. Null: for what is proposed now
 */
export async function approve(
  deps: ApproveDeps,
  id: number,
  by: string,
  digest: string | null = null,
): Promise<CommandResult> {
  return decideWaiting(deps, id, by, async (tx, remediation, now) => {
    const approval = await tx.lockApproval(id)
    if (approval === null) return conflict(remediation, 'no approval was asked for')
    if (digest !== null && digest !== approval.digest) return conflict(remediation, MOVED_ON)
    const set = deps.policies()
    const refusal = refusalOf(
      by,
      {
        approvers: remediation.rule.approvers,
        groups: set.severity.groups,
        requestedBy: remediation.requestedBy,
        given: approval.given,
        expiresAt: approval.expiresAt,
        proposedUnder: remediation.policyHash,
        inForce: set.hash,
      },
      now,
    )
    if (refusal === 'policy-changed') return voidProposal(tx, deps, remediation, now)
    if (refusal !== null) return refused(remediation, refusal, by)
    const actor: Actor = { kind: 'person', name: by }
    await tx.giveApproval(id, by)
    await tx.appendEntries([
      entryOf(
        remediation,
        'approval.given',
        { digest: approval.digest, given: approval.given.length + 1, needed: approval.needed },
        now,
        actor,
      ),
    ])
    if (approval.given.length + 1 < approval.needed) return { ok: true, state: 'awaiting_approval' }
    await move(tx, remediation, 'queued', 'approved', now, { wakeAt: now, actor })
    return { ok: true, state: 'queued' }
  })
}

/** Takes a no, from anybody who may say yes: the next step follows, or a person. */
export async function deny(
  deps: ApproveDeps,
  id: number,
  by: string,
  reason: string,
  digest: string | null = null,
): Promise<CommandResult> {
  return decideWaiting(deps, id, by, async (tx, remediation, now) => {
    if (digest !== null && digest !== (await tx.lockApproval(id))?.digest) return conflict(remediation, MOVED_ON)
    const set = deps.policies()
    const view = {
      approvers: remediation.rule.approvers,
      groups: set.severity.groups,
      requestedBy: null,
      given: [],
      expiresAt: new Date(now.getTime() + 1),
      proposedUnder: '',
      inForce: '',
    }
    const refusal = refusalOf(by, view, now)
    if (refusal !== null) return refused(remediation, refusal, by)
    await tx.recordDenial(id, by, reason)
    await move(tx, remediation, 'denied', reason || 'denied', now, { actor: { kind: 'person', name: by } })
    await takeNextStep(tx, deps, remediation, `denied by ${by}`, now)
    return { ok: true, state: 'denied' }
  })
}

/** Withdraws what has not started. */
export async function cancel(deps: ApproveDeps, id: number, by: string, reason: string): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const remediation = await tx.findRemediation(id, true)
    if (remediation === null) return { ok: false, code: 'not-found', message: `there is no remediation ${id}` }
    const now = deps.now()
    const options = { actor: { kind: 'person', name: by } as const }
    if (standsIn(remediation, 'awaiting_approval')) await move(tx, remediation, 'cancelled', reason, now, options)
    else if (standsIn(remediation, 'queued')) await move(tx, remediation, 'cancelled', reason, now, options)
    else return conflict(remediation, `it is ${remediation.state}`)
    await takeNextStep(tx, deps, remediation, `cancelled by ${by}`, now)
    return { ok: true, state: 'cancelled' }
  })
}

/** Takes a decision about what waits for one; one that does not count is recorded with its reason, like one that does. */
async function decideWaiting(
  deps: ApproveDeps,
  id: number,
  by: string,
  take: (tx: LedgerTx, remediation: Remediation & { state: 'awaiting_approval' }, now: Date) => Promise<CommandResult>,
): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const remediation = await tx.findRemediation(id, true)
    if (remediation === null) return { ok: false, code: 'not-found', message: `there is no remediation ${id}` }
    const now = deps.now()
    const result = standsIn(remediation, 'awaiting_approval')
      ? await take(tx, remediation, now)
      : await tooLate(tx, remediation)
    if (!result.ok) {
      const actor: Actor = { kind: 'person', name: by }
      await tx.appendEntries([
        entryOf(remediation, 'approval.refused', { code: result.code, why: result.message }, now, actor),
      ])
    }
    return result
  })
}

/** The second click is told who was first. */
async function tooLate(tx: LedgerTx, remediation: Remediation): Promise<CommandResult> {
  const given = (await tx.lockApproval(remediation.id))?.given ?? []
  const first = given.length > 0 ? `${given.join(' and ')} approved it` : remediation.reason
  return conflict(remediation, `it is ${remediation.state} (${first})`)
}

/** What was shown does not stand any more: it is withdrawn, and the same step is proposed anew under what is in force. */
async function voidProposal(
  tx: LedgerTx,
  deps: ApproveDeps,
  remediation: Remediation & { state: 'awaiting_approval' },
  now: Date,
): Promise<CommandResult> {
  const why = 'void: the policies have changed since it was shown'
  await move(tx, remediation, 'cancelled', why, now)
  const next = await takeStepAgain(tx, deps, { ...remediation, state: 'cancelled' }, why, now)
  const instead = next === null ? 'a person is told' : `remediation ${next} is proposed instead`
  return { ok: false, code: 'conflict', message: `${REFUSALS['policy-changed']}; ${instead}`, state: 'cancelled' }
}

function conflict(remediation: Remediation, why: string): CommandResult {
  return {
    ok: false,
    code: 'conflict',
    message: `remediation ${remediation.id} does not wait for a decision: ${why}`,
    state: remediation.state,
  }
}

function refused(remediation: Remediation, refusal: ApprovalRefusal, by: string): CommandResult {
  const forbidden = refusal === 'not-an-approver' || refusal === 'own-request'
  return {
    ok: false,
    code: forbidden ? 'forbidden' : 'conflict',
    message: `${by} ${REFUSALS[refusal]}`,
    state: remediation.state,
  }
}
