import type { Labels } from './alert.ts'
import {
  askGuards,
  GUARDS_AFTER_MATCH,
  GUARDS_BEFORE_MATCH,
  type GuardCheck,
  type GuardFacts,
  type GuardReason,
} from './guards.ts'
import { matchesAll } from './matcher.ts'
import type { Call, Limits, Policy, PolicySet, Rule, Step } from './policy.ts'
import { type Severity, severityOfLabel } from './severity.ts'
import { substituteName, substituteParams } from './substitute.ts'

/** Why a decision is as it is. */
export type Reason =
  | GuardReason
  | 'allowed'
  | 'needs-approval'
  | 'notify-only'
  | 'no-rule'
  | 'no-step-left'
  | 'label-missing'
  | 'unknown-target'

/**
 * - `act`: run it; the policy allows it
 * - `ask`: prepare it and wait for a person
 * - `follow`: another remediation is at this target; its end decides
 * - `hand-over`: nothing is done here, a person is told, with the reason
 */
export type Outcome = 'act' | 'ask' | 'follow' | 'hand-over'

export type Decision = {
  outcome: Outcome
  reason: Reason
  /** One sentence for people. */
  detail: string
  severity: Severity
  policy: Policy | null
  rule: Rule | null
  stepIndex: number
  /** The step with labels put in; null when none is to be taken. */
  step: Step | null
  diagnose: readonly Call[]
  checks: readonly GuardCheck[]
}

/** A rule that matched, and the policy that it stands in. */
export type Match = { policy: Policy; rule: Rule }

/** The first rule, in file order, whose matchers all hold: as Alertmanager's routes decide. */
export function findRule(labels: Labels, set: PolicySet): Match | null {
  for (const policy of set.policies) {
    for (const rule of policy.rules) {
      if (matchesAll(rule.match, labels)) return { policy, rule }
    }
  }
  return null
}

/** A step with its labels put in and its target found, or the reason why it cannot be. */
export type ResolvedStep = { step: Step } | { reason: 'label-missing' | 'unknown-target'; detail: string }

/** Puts the alert's labels into a step and looks the target up among the policy's. */
export function resolveStep(step: Step, policy: Policy, labels: Labels): ResolvedStep {
  const call = resolveCall(step, policy, labels)
  return 'call' in call ? { step: { ...step, ...call.call } } : call
}

function resolveCall(
  call: Call,
  policy: Policy,
  labels: Labels,
): { call: Call } | { reason: 'label-missing' | 'unknown-target'; detail: string } {
  const target = substituteName(call.target, labels)
  if ('missing' in target) return { reason: 'label-missing', detail: `the alert has no label ${target.missing}` }
  if (!Object.hasOwn(policy.targets, target.value)) {
    return { reason: 'unknown-target', detail: `${target.value} is not a registered target of ${policy.system}` }
  }
  const params = substituteParams(call.params, labels)
  if ('missing' in params) return { reason: 'label-missing', detail: `the alert has no label ${params.missing}` }
  return { call: { handler: call.handler, target: target.value, params: params.value } }
}

const NO_LIMITS: Limits = { budget: null, blastRadius: Number.MAX_SAFE_INTEGER, cooldownMs: 0 }

/**
 * Decides what follows from one alert, or from the end of the step before: which step, by whose leave, or why not. Pure: the
 * same values give the same decision. Guards stand in one visible order (see guards.ts): kill switch, window, match,
 * duplicate, target lock, flap, cooldown, budget, blast radius, storm, breaker, mode.
 * @param stepIndex rung of the rule's ladder, 0 for a new incident
 */
export function decide(
  labels: Labels,
  match: Match | null,
  stepIndex: number,
  facts: GuardFacts,
  fallback: Severity,
  now: Date,
): Decision {
  const severity = match?.rule.severity ?? severityOfLabel(labels.severity) ?? fallback
  const before = askGuards(GUARDS_BEFORE_MATCH, facts, NO_LIMITS, '', now)
  const checks = [...before.checks]
  const decided = (outcome: Outcome, reason: Reason, detail: string, step: Step | null = null): Decision => ({
    outcome,
    reason,
    detail,
    severity,
    policy: match?.policy ?? null,
    rule: match?.rule ?? null,
    stepIndex,
    step,
    diagnose: match ? diagnosisFor(match, labels) : [],
    checks,
  })

  if (before.stoppedBy) return decided('hand-over', before.stoppedBy, lastDetail(checks))
  checks.push({
    guard: 'match',
    passed: match !== null,
    detail: match ? `rule ${match.rule.name} (${match.rule.position})` : 'no rule matches',
  })
  if (!match) return decided('hand-over', 'no-rule', 'no rule matches these labels')

  const { policy, rule } = match
  const template = rule.steps[stepIndex]
  if (rule.steps.length === 0) return decided('hand-over', 'notify-only', 'the rule has no steps: a person is told')
  if (!template) return decided('hand-over', 'no-step-left', 'the ladder has no further step')
  if (template.mode === 'notify')
    return decided('hand-over', 'notify-only', 'the policy wants a person told, nothing done')

  const resolved = resolveStep(template, policy, labels)
  if ('reason' in resolved) return decided('hand-over', resolved.reason, resolved.detail)
  const after = askGuards(GUARDS_AFTER_MATCH, facts, rule.limits, `${policy.system}/${resolved.step.target}`, now)
  checks.push(...after.checks)
  if (after.stoppedBy === 'target-busy') return decided('follow', 'target-busy', lastDetail(checks), resolved.step)
  if (after.stoppedBy) return decided('hand-over', after.stoppedBy, lastDetail(checks), resolved.step)
  return template.mode === 'auto'
    ? decided('act', 'allowed', `rule ${rule.name} allows ${resolved.step.handler} by itself`, resolved.step)
    : decided(
        'ask',
        'needs-approval',
        `rule ${rule.name} wants ${template.mode === 'approve-two' ? 'two approvals' : 'an approval'}`,
        resolved.step,
      )
}

function diagnosisFor({ policy, rule }: Match, labels: Labels): Call[] {
  return rule.diagnose.flatMap((call) => {
    const resolved = resolveCall(call, policy, labels)
    return 'call' in resolved ? [resolved.call] : []
  })
}

function lastDetail(checks: readonly GuardCheck[]): string {
  const last = checks.at(-1)
  return last ? `${last.guard}: ${last.detail}` : ''
}
