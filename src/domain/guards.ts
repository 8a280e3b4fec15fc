import type { Limits } from './policy.ts'

/** A reason not to act now, or not at all. The codes stand in the ledger, in Slack, in metrics and in `explain`. */
export type GuardReason =
  | 'kill-switch'
  | 'maintenance-window'
  | 'duplicate'
  | 'target-busy'
  | 'flapping'
  | 'cooldown'
  | 'budget-spent'
  | 'blast-radius'
  | 'storm'
  | 'breaker-open'
  | 'shadow'

/** What the ledger knows that bears on one step. Missing knowledge is not expressible: whoever builds this must have asked. */
export type GuardFacts = {
  killSwitch: boolean
  /** The maintenance window that covers this system now. */
  windowUntil: Date | null
  /** A remediation of this incident that has not ended. */
  activeOnIncident: number | null
  /** A remediation, of whichever incident, that has not ended and has this target. */
  activeOnTarget: number | null
  /** Incidents of this fingerprint opened within FLAP_WITHIN_MS, this one included. */
  recentIncidents: number
  /** Last start of this rule on this target. */
  lastStartAt: Date | null
  /** Starts of this rule within its budget's time, planned ones included. */
  startsInBudget: number
  /** Targets of this rule that are being worked on. */
  activeTargets: readonly string[]
  /** Acting remediations of this system begun within STORM_WITHIN_MS. */
  recentStartsOfSystem: number
  breakerOpen: boolean
  /** Decide and record, never act: of the whole service or of this rule. */
  shadow: boolean
}

export const FLAP_WITHIN_MS = 3_600_000
/** More episodes than this within the hour: fixing it again would only hide that it comes back. */
export const FLAP_EPISODES = 5
export const STORM_WITHIN_MS = 60_000
/** More acting remediations than this per system and minute: something larger is wrong than any one rule knows. */
export const STORM_STARTS = 20

/** One guard's verdict in words, for `explain` and the ledger. */
export type GuardCheck = { guard: string; passed: boolean; detail: string }
type Guard = {
  guard: string
  reason: GuardReason
  stops: (facts: GuardFacts, limits: Limits, target: string, now: Date) => string | null
}

/** Before a rule is looked for. */
export const GUARDS_BEFORE_MATCH: readonly Guard[] = [
  {
    guard: 'kill switch',
    reason: 'kill-switch',
    stops: (facts) => (facts.killSwitch ? 'on: nothing acts until it is switched off' : null),
  },
  {
    guard: 'window',
    reason: 'maintenance-window',
    stops: ({ windowUntil }) => (windowUntil ? `maintenance until ${windowUntil.toISOString()}` : null),
  },
]

/** After a rule was found, in this order; the first that stops decides. */
export const GUARDS_AFTER_MATCH: readonly Guard[] = [
  {
    guard: 'duplicate',
    reason: 'duplicate',
    stops: ({ activeOnIncident }) =>
      activeOnIncident === null ? null : `remediation ${activeOnIncident} of this incident has not ended`,
  },
  {
    guard: 'target lock',
    reason: 'target-busy',
    stops: ({ activeOnTarget }, _limits, target) =>
      activeOnTarget === null ? null : `remediation ${activeOnTarget} is at ${target}`,
  },
  {
    guard: 'flap',
    reason: 'flapping',
    stops: ({ recentIncidents }) =>
      recentIncidents > FLAP_EPISODES ? `${recentIncidents} episodes within an hour` : null,
  },
  {
    guard: 'cooldown',
    reason: 'cooldown',
    stops: ({ lastStartAt }, { cooldownMs }, target, now) => {
      const left = lastStartAt === null ? 0 : lastStartAt.getTime() + cooldownMs - now.getTime()
      return left > 0 ? `ran on ${target} at ${lastStartAt?.toISOString()}, ${Math.ceil(left / 1000)} s left` : null
    },
  },
  {
    guard: 'budget',
    reason: 'budget-spent',
    stops: ({ startsInBudget }, { budget }) =>
      budget !== null && startsInBudget >= budget.runs
        ? `${startsInBudget} of ${budget.runs} runs per ${budget.perMs / 1000} s are spent`
        : null,
  },
  {
    guard: 'blast radius',
    reason: 'blast-radius',
    stops: ({ activeTargets }, { blastRadius }, target) =>
      new Set([...activeTargets, target]).size > blastRadius
        ? `${activeTargets.join(', ')} already under work, at most ${blastRadius}`
        : null,
  },
  {
    guard: 'storm',
    reason: 'storm',
    stops: ({ recentStartsOfSystem }) =>
      recentStartsOfSystem >= STORM_STARTS ? `${recentStartsOfSystem} remediations within a minute` : null,
  },
  {
    guard: 'breaker',
    reason: 'breaker-open',
    stops: ({ breakerOpen }) => (breakerOpen ? 'open: this fix failed on this target too often' : null),
  },
  { guard: 'mode', reason: 'shadow', stops: ({ shadow }) => (shadow ? 'shadow: decided and recorded, not run' : null) },
]

/** Asks the guards in order until one stops; every answer is kept. */
export function askGuards(
  guards: readonly Guard[],
  facts: GuardFacts,
  limits: Limits,
  target: string,
  now: Date,
): { checks: GuardCheck[]; stoppedBy: GuardReason | null } {
  const checks: GuardCheck[] = []
  for (const { guard, reason, stops } of guards) {
    const detail = stops(facts, limits, target, now)
    checks.push({ guard, passed: detail === null, detail: detail ?? 'passes' })
    if (detail !== null) return { checks, stoppedBy: reason }
  }
  return { checks, stoppedBy: null }
}
