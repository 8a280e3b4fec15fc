import { sentence } from '../domain/errors.ts'

/**
 * Why Slack did not take a call: `away` (not reached, or failing: nothing else will get through either), `limited` (wait so
 * long), `refused` (this call is wrong or not allowed, with Slack's own word for it).
 */
export type SlackFailure =
  | { kind: 'away'; why: string }
  | { kind: 'limited'; why: string; waitMs: number }
  | { kind: 'refused'; why: string }

/** Slack's words for its own trouble: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const THEIR_TROUBLE = ['fatal_error', 'internal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']

/** Reads what @slack/web-api throws, by the fields that it documents. */
export function failureOf(error: unknown): SlackFailure {
  const { retryAfter, data } = (error ?? {}) as { retryAfter?: unknown; data?: { error?: unknown } }
  if (typeof retryAfter === 'number') return { kind: 'limited', why: 'rate limited', waitMs: retryAfter * 1000 }
  const word = data?.error
  if (typeof word !== 'string') return { kind: 'away', why: sentence(error) }
  if (word === 'ratelimited' || word === 'rate_limited') return { kind: 'limited', why: word, waitMs: 30_000 }
  return { kind: THEIR_TROUBLE.includes(word) ? 'away' : 'refused', why: word }
}

/** Longest pause between two tries, in ms. */
const LONGEST_MS = 60_000

/** How long to wait before the next try, in ms: as Slack says, otherwise twice as long each time. */
export function waitAfter(failure: SlackFailure, attempt: number): number {
  return failure.kind === 'limited' ? failure.waitMs : Math.min(1000 * 2 ** Math.min(attempt, 10), LONGEST_MS)
}
