import type { Labels } from '../domain/alert.ts'
import type { Match } from '../domain/decide.ts'
import { matcherText, matchesAll } from '../domain/matcher.ts'
import type { PolicySet, Rule } from '../domain/policy.ts'

/** A rule that does not decide about these labels, and why: matchers that fail, or an earlier rule that was first. */
export type NearMiss = {
  rule: string
  position: string
  /** `alertname="X"` that does not hold, with what the alert has instead (null: no such label). */
  fails: readonly { matcher: string; actual: string | null }[]
}

/** The rules of the system that the alert is about, nearest first; of every system when it names none that is known. */
export function nearMisses(labels: Labels, match: Match | null, { policies }: PolicySet): NearMiss[] {
  const system = match?.policy.system ?? labels.system
  const ofSystem = policies.filter((policy) => policy.system === system)
  return (ofSystem.length > 0 ? ofSystem : policies)
    .flatMap((policy) => policy.rules)
    .filter((rule) => rule !== match?.rule)
    .map((rule) => ({ rule: rule.name, position: rule.position, fails: failing(rule, labels) }))
    .sort((a, b) => a.fails.length - b.fails.length)
}

function failing({ match }: Rule, labels: Labels): NearMiss['fails'] {
  return match
    .filter((matcher) => !matchesAll([matcher], labels))
    .map((matcher) => ({
      matcher: matcherText(matcher),
      actual: Object.hasOwn(labels, matcher.label) ? (labels[matcher.label] as string) : null,
    }))
}
