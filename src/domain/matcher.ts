import type { Labels } from './alert.ts'
import { linearRegex } from './linear-regex.ts'

/** One label condition in Alertmanager's matcher syntax: `=`, `!=`, `=~`, `!~`. */
export type Matcher = { label: string; op: MatchOp; value: string; regex: RegExp | null }
export type MatchOp = '=' | '!=' | '=~' | '!~'

const MATCHER = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))\s*$/s

/** What was wrong with a matcher's text. */
export type MatcherProblem = { problem: string }

/**
 * Reads one matcher as Alertmanager does (`alertname="X"`, quotes optional). A regex is anchored at both ends, and an
 * absent label counts as the empty string.
 */
export function parseMatcher(text: string): Matcher | MatcherProblem {
  const parts = MATCHER.exec(text)
  if (!parts)
    return {
      problem: `not a matcher: ${text}; expected label="value", label!="value", label=~"regex" or label!~"regex"`,
    }
  const label = parts[1] as string
  const op = parts[2] as MatchOp
  const value = parts[3] === undefined ? (parts[4] ?? '') : unquote(parts[3])
  if (op === '=' || op === '!=') return { label, op, value, regex: null }
  try {
    return { label, op, value, regex: linearRegex(value) }
  } catch (error) {
    return { problem: `not a regular expression: ${value} (${(error as Error).message.split(': ').at(-1)})` }
  }
}

/** True when the text was read as a matcher, false when it is the problem with it. */
export function isMatcher(parsed: Matcher | MatcherProblem): parsed is Matcher {
  return 'op' in parsed
}

/** True when every matcher holds for these labels. No matcher at all matches nothing: a rule must say what it is for. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.length > 0 && matchers.every((matcher) => matches(matcher, labels))
}

function matches({ label, op, value, regex }: Matcher, labels: Labels): boolean {
  const actual = Object.hasOwn(labels, label) ? (labels[label] as string) : ''
  if (op === '=') return actual === value
  if (op === '!=') return actual !== value
  const hit = (regex as RegExp).test(actual)
  return op === '=~' ? hit : !hit
}

/** The matcher as its author would write it; reading it again gives the same matcher. */
export function matcherText({ label, op, value }: Matcher): string {
  const escaped = value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
  return `${label}${op}"${escaped}"`
}

/** As Alertmanager's classic parser: `\n`, `\"` and `\\` are escapes; any other backslash stays, so `\d` and `\.` reach the regex. */
function unquote(text: string): string {
  return text.replace(/\\([n"\\])/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
