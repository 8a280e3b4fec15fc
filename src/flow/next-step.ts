import { decide, findRule, type Match } from '../domain/decide.ts'
import { type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import { factsFor, horizonOf } from '../domain/history.ts'
import type { PolicySet } from '../domain/policy.ts'
import type { Remediation } from '../domain/remediation.ts'
import { substituteName } from '../domain/substitute.ts'
import { decisionEntry, remediationFor } from './decision-records.ts'
import { settleFollowers } from './followers.ts'
import type { LedgerTx } from './ledger.ts'

type Deps = { policies: () => PolicySet; shadow: boolean }

/**
 * What follows when a step did not help, was refused or could not be taken: the next rung of the ladder, by the same guards,
 * or a person, at once. Runs in the transaction that ended the step, so that no incident is ever between two hands.
 */
export async function takeNextStep(
  tx: LedgerTx,
  deps: Deps,
  ended: Remediation,
  why: string,
  now: Date,
): Promise<void> {
  await takeStep(tx, deps, ended, ended.stepIndex + 1, why, now)
}

/**
 * Proposes the same rung anew, because what was approved is void: the plan, the policy or the target has moved. It is
 * prepared afresh and asks afresh.
 * @returns the number of the new remediation, or null when there is none: a person is due then
 */
export async function takeStepAgain(
  tx: LedgerTx,
  deps: Deps,
  ended: Remediation,
  why: string,
  now: Date,
): Promise<number | null> {
  return takeStep(tx, deps, ended, ended.stepIndex, why, now)
}

async function takeStep(
  tx: LedgerTx,
  deps: Deps,
  ended: Remediation,
  stepIndex: number,
  why: string,
  now: Date,
): Promise<number | null> {
  const again = stepIndex === ended.stepIndex
  if (!again) await tx.appendEntries(await settleFollowers(tx, ended.id, 'not-fixed', now))
  const { incident } = ended
  if (incident === null || !ended.incidentOpen) return null
  const set = deps.policies()
  const match = ruleOf(ended, set)
  const decision = match === null ? null : await decideStep(tx, deps, ended, stepIndex, match, set, now)
  if (decision === null) {
    await handOver(tx, incident, `${why}, and rule ${ended.rule.name} is no longer there`, now)
    return null
  }
  const [id] = await tx.takeIds('remediation_id_seq', 1)
  const next = remediationFor(decision, incident, id as number, set.hash, now)
  if (next) await tx.insertRemediations([next])
  await tx.appendEntries([decisionEntry(incident, decision, next?.id ?? null, set.hash, now)])
  if (decision.outcome === 'hand-over' || decision.outcome === 'follow')
    await handOver(tx, incident, `${why}; ${decision.reason}`, now)
  if (next === null || next.state !== 'proposed') return null
  if (again) await tx.refollow(ended.id, next.id)
  return next.id
}

/** Makes the page of an incident due now. */
export async function handOver(tx: LedgerTx, incident: number, reason: string, now: Date): Promise<void> {
  const due = await tx.rescheduleEscalations([incident], now, reason, now)
  await tx.appendEntries(
    due.map(
      (chain): ChainedEntry => ({
        chain,
        at: now,
        kind: 'escalation.due',
        actor: SYSTEM,
        data: { reason, dueAt: now.toISOString() },
      }),
    ),
  )
}

function ruleOf(ended: Remediation, set: PolicySet): Match | null {
  const match = findRule(ended.labels, set)
  return match?.policy.system === ended.system && match.rule.name === ended.rule.name ? match : null
}

async function decideStep(
  tx: LedgerTx,
  deps: Deps,
  ended: Remediation,
  stepIndex: number,
  match: Match,
  set: PolicySet,
  now: Date,
) {
  await tx.lockDecisions()
  const step = match.rule.steps[stepIndex]
  const name = step ? substituteName(step.target, ended.labels) : null
  const target = name && 'value' in name ? `${ended.system}/${name.value}` : null
  const history = await tx.loadHistory(
    {
      systems: [ended.system],
      rules: [match.rule.name],
      targets: target === null ? [] : [target],
      alerts: [],
      horizonMs: horizonOf([match.rule]),
      shadow: deps.shadow,
    },
    now,
  )
  const facts = factsFor(
    history,
    {
      incident: ended.incident,
      alertKey: null,
      system: ended.system,
      rule: match.rule,
      handler: step?.handler ?? null,
      target,
    },
    now,
  )
  // The rungs of one ladder are one treatment: the start of the rung before is no reason to wait.
  return decide(ended.labels, match, stepIndex, { ...facts, lastStartAt: null }, set.severity.unmatched, now)
}
