import type { Decision } from '../domain/decide.ts'
import { type Actor, type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import { holdUntil, type NewEscalation } from '../domain/escalation.ts'
import type { PolicySet } from '../domain/policy.ts'
import type { NewRemediation } from '../domain/remediation.ts'

/** The remediation that a decision asks for; one that a guard stopped is kept too, as suppressed, with the guard's reason. */
export function remediationFor(
  decision: Decision,
  incident: number | null,
  id: number,
  policyHash: string,
  now: Date,
): NewRemediation | null {
  const { outcome, step, rule, policy, stepIndex, reason } = decision
  if (step === null || rule === null || policy === null || outcome === 'follow') return null
  const { match: _match, ...snapshot } = rule
  const wanted = outcome === 'act' || outcome === 'ask'
  return {
    id,
    incident,
    system: policy.system,
    rule: snapshot,
    stepIndex,
    step,
    policyHash,
    target: `${policy.system}/${step.target}`,
    requestedBy: null,
    state: wanted ? 'proposed' : 'suppressed',
    reason,
    createdAt: now,
    wakeAt: wanted ? now : null,
  }
}

/** The deadline that goes with a decision: while something is tried the page is held as the matrix says; otherwise it is due. */
export function escalationFor(
  decision: Decision,
  incident: number,
  windowUntil: Date | null,
  set: PolicySet,
  now: Date,
): NewEscalation {
  const tried = decision.outcome !== 'hand-over'
  const dueAt = tried
    ? holdUntil(set.severity, decision.policy?.system ?? null, decision.severity, now)
    : decision.reason === 'maintenance-window' && windowUntil
      ? windowUntil
      : now
  return {
    incident,
    severity: decision.severity,
    reason: tried ? 'not-fixed-in-time' : decision.reason,
    dueAt,
    createdAt: now,
  }
}

/** The entry that records a decision: which rule, which guards, why, under which policy. */
export function decisionEntry(
  chain: number,
  decision: Decision,
  remediation: number | null,
  policyHash: string,
  now: Date,
): ChainedEntry {
  const { outcome, reason, detail, rule, stepIndex, step, checks, severity } = decision
  const actor: Actor = rule ? { kind: 'rule', name: `${decision.policy?.system}/${rule.name}` } : SYSTEM
  const data = {
    outcome,
    reason,
    detail,
    severity,
    stepIndex,
    handler: step?.handler ?? null,
    target: step?.target ?? null,
    remediation,
    policyHash,
    checks: checks.map((check) => ({ ...check })),
  }
  return { chain, at: now, kind: 'decision.made', actor, data }
}
