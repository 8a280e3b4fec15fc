import { type Matcher, matcherText, matchesAll } from '../domain/matcher.ts'
import { placeText } from './problem.ts'
import type { PolicyDraft } from './read-policy.ts'

/**
 * Reports each rule that can never decide because an earlier one, of this file or of one before it, matches whatever it
 * matches. Sound, not complete: what is reported is certainly shadowed; two different regular expressions are not compared.
 */
export function checkShadowing(drafts: readonly PolicyDraft[]): void {
  const earlier: { rule: string; place: string; match: readonly Matcher[] }[] = []
  for (const { source, matches } of drafts) {
    for (const { rule, node, match } of matches) {
      const by = earlier.find((other) => covers(other.match, match))
      if (by)
        source.report(
          node,
          `rule "${rule}" never decides: "${by.rule}" at ${by.place} matches first whatever it matches`,
        )
      earlier.push({ rule, place: placeText(source.placeOf(node)), match })
    }
  }
}

/** True when labels that satisfy all of `narrow` certainly satisfy all of `wide`. */
export function covers(wide: readonly Matcher[], narrow: readonly Matcher[]): boolean {
  return wide.every((condition) => narrow.some((given) => implies(given, condition)))
}

function implies(given: Matcher, condition: Matcher): boolean {
  if (given.label !== condition.label) return false
  if (matcherText(given) === matcherText(condition)) return true
  const values = valuesOf(given)
  return values?.every((value) => matchesAll([condition], { [given.label]: value })) ?? false
}

/** All values that the label can have, where the matcher lists them: `a="x"`, `a=~"x|y"`. */
function valuesOf({ op, value }: Matcher): string[] | null {
  if (op === '=') return [value]
  return op === '=~' && /^[\w -]+(\|[\w -]+)*$/.test(value) ? value.split('|') : null
}
