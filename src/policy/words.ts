import { formatDuration, parseDuration } from '../domain/duration.ts'
import { isMatcher, type Matcher, parseMatcher } from '../domain/matcher.ts'
import { MODES, type Mode } from '../domain/policy.ts'
import { SEVERITIES, type Severity } from '../domain/severity.ts'
import { type JsonSchema, kindOf, type Shape, scalar } from './shape.ts'

const YEAR_MS = 31_536_000_000

/** Text that is not empty; `pattern` and `expected` narrow it down. */
export function text(pattern?: RegExp, expected = 'text'): Shape<string> {
  return scalar(pattern ? { type: 'string', pattern: pattern.source } : { type: 'string', minLength: 1 }, (value) => {
    const fits = typeof value === 'string' && (pattern ? pattern.test(value) : value.trim() !== '')
    return fits ? { value } : { problem: `expected ${expected}, found ${kindOf(value)}` }
  })
}

/** A name of ours: it stands in the ledger, in metrics and in URLs. */
export const name = text(/^[a-z][a-z0-9-]*$/, 'a name of small letters, digits and hyphens')
export const person = text(/^[a-z][a-z0-9._-]*$/, "a person's name of small letters, digits, dots and hyphens")
export const group = text(/^@[a-z][a-z0-9-]*$/, 'a group, @ and small letters')
export const personOrGroup = text(/^@?[a-z][a-z0-9._-]*$/, 'a person, or @ and a group')

export const flag: Shape<boolean> = scalar({ type: 'boolean' }, (value) =>
  typeof value === 'boolean' ? { value } : { problem: `expected true or false, found ${kindOf(value)}` },
)

/** A duration in ms. No longer than a year, so that a slip cannot switch a limit off or overflow a timer. */
export function duration({ atLeastMs = 0 } = {}): Shape<number> {
  return scalar({ type: 'string', pattern: DURATION_PATTERN }, (value) => {
    const ms = typeof value === 'string' ? parseDuration(value) : null
    if (ms === null) return { problem: `not a duration: ${kindOf(value)}; expected 90s, 5m, 1h30m` }
    if (ms < atLeastMs) return { problem: `${value} is shorter than ${formatDuration(atLeastMs)}` }
    return ms > YEAR_MS ? { problem: `${value} is longer than a year` } : { value: ms }
  })
}
const DURATION_PATTERN = '^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$'

/** `3 per 1h`: at most so many starts in so much time. */
export const budget: Shape<{ runs: number; perMs: number }> = scalar(
  { type: 'string', pattern: '^[1-9][0-9]{0,3} per [0-9a-z]+$' },
  (value) => {
    const [, runs, per = ''] = /^([1-9]\d{0,3}) per (\S+)$/.exec(String(value)) ?? []
    const perMs = parseDuration(per)
    return runs !== undefined && perMs !== null && perMs > 0 && perMs <= YEAR_MS
      ? { value: { runs: Number(runs), perMs } }
      : { problem: `not a budget: ${kindOf(value)}; expected "3 per 1h"` }
  },
)

/** `1 target`: at most so many targets of the rule under work at the same time. */
export const blastRadius: Shape<number> = scalar({ type: 'string', pattern: '^[1-9][0-9]{0,3} targets?$' }, (value) => {
  const [, count] = /^([1-9]\d{0,3}) targets?$/.exec(String(value)) ?? []
  return count === undefined
    ? { problem: `not a blast radius: ${kindOf(value)}; expected "1 target"` }
    : { value: Number(count) }
})

/** One condition in Alertmanager's matcher syntax. */
export const matcher: Shape<Matcher> = scalar({ type: 'string' }, (value) => {
  const parsed = parseMatcher(typeof value === 'string' ? value : '')
  if (isMatcher(parsed)) return { value: parsed }
  return { problem: typeof value === 'string' ? parsed.problem : `expected a matcher, found ${kindOf(value)}` }
})

export const severity: Shape<Severity> = choice('severity', SEVERITIES)
export const mode: Shape<Mode> = choice('mode', MODES)
export const escalate: Shape<'escalate'> = choice('end of the ladder', ['escalate'])

function choice<const T extends string>(what: string, words: readonly T[]): Shape<T> {
  const schema: JsonSchema = { enum: words }
  return scalar(schema, (value) => {
    const word = words.find((candidate) => candidate === value)
    if (word !== undefined) return { value: word }
    return { problem: `unknown ${what} ${kindOf(value)}; expected ${words.join(', ')}` }
  })
}
