import type { Labels } from '../domain/alert.ts'
import { quorumOf } from '../domain/approval.ts'
import { type Decision, decide, findRule, type Match, resolveStep } from '../domain/decide.ts'
import type { GuardCheck, GuardFacts } from '../domain/guards.ts'
import type { Call, PolicySet, Step } from '../domain/policy.ts'
import { type Severity, type SeverityMatrix, severityRow } from '../domain/severity.ts'
import { type NearMiss, nearMisses } from './near-miss.ts'

/** A rung of the ladder with the alert's labels put in, or why they cannot be, and who may approve it. */
export type Rung = ({ step: Step } | { reason: string; detail: string }) & {
  number: number
  approval: { needed: number; people: readonly string[] } | null
}

/** A page that goes out unless somebody acknowledges, or the incident ends, before it. */
export type PagePlan = { afterMs: number; to: string; people: readonly string[] }

/** What would follow from an alert, and why. */
export type Explanation = {
  labels: Labels
  rule: { system: string; name: string; position: string; policyHash: string } | null
  nearMisses: readonly NearMiss[]
  severity: Severity
  checks: readonly GuardCheck[]
  decision: Pick<Decision, 'outcome' | 'reason' | 'detail'>
  diagnose: readonly Call[]
  ladder: readonly Rung[]
  pages: readonly PagePlan[]
}

/** The facts of a ledger in which nothing has happened yet: what guards are asked with when there is no ledger to ask. */
export function quietFacts(match: Match | null, { shadow = false } = {}): GuardFacts {
  return {
    killSwitch: false,
    windowUntil: null,
    activeOnIncident: null,
    activeOnTarget: null,
    recentIncidents: 1,
    lastStartAt: null,
    startsInBudget: 0,
    activeTargets: [],
    recentStartsOfSystem: 0,
    breakerOpen: false,
    shadow: shadow || (match?.rule.shadow ?? false),
  }
}

/** Explains the decision about a firing alert; the decision itself is domain/decide's. */
export function explain(
  labels: Labels,
  set: PolicySet,
  facts: (match: Match | null) => GuardFacts,
  now: Date,
): Explanation {
  const match = findRule(labels, set)
  const decision = decide(labels, match, 0, facts(match), set.severity.unmatched, now)
  const { outcome, reason, detail, severity, checks, diagnose } = decision
  const system = match?.policy.system ?? labels.system ?? null
  return {
    labels,
    rule: match && {
      system: match.policy.system,
      name: match.rule.name,
      position: match.rule.position,
      policyHash: match.policy.hash,
    },
    nearMisses: nearMisses(labels, match, set),
    severity,
    checks,
    decision: { outcome, reason, detail },
    diagnose,
    ladder: match ? ladderOf(match, labels, set.severity) : [],
    pages: pagesOf(set.severity, system, severity, outcome === 'hand-over'),
  }
}

function ladderOf({ policy, rule }: Match, labels: Labels, matrix: SeverityMatrix): Rung[] {
  return rule.steps.map((step, index) => {
    const needsYes = step.mode === 'approve' || step.mode === 'approve-two'
    return {
      ...resolveStep(step, policy, labels),
      number: index + 1,
      approval: needsYes ? { needed: quorumOf(step.mode), people: peopleOf(rule.approvers, matrix) } : null,
    }
  })
}

/** The chain in time: the first link when the hold is over, or at once when nothing is done; then one link per wait. */
function pagesOf(matrix: SeverityMatrix, system: string | null, severity: Severity, atOnce: boolean): PagePlan[] {
  const { holdMs, acknowledgeWithinMs, chain } = severityRow(matrix, system, severity)
  return chain.map((name, level) => ({
    afterMs: (atOnce ? 0 : holdMs) + level * acknowledgeWithinMs,
    to: name,
    people: peopleOf([name], matrix),
  }))
}

function peopleOf(names: readonly string[], { groups }: SeverityMatrix): string[] {
  return [...new Set(names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : name)))]
}
