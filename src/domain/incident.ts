import type { Alert, Labels } from './alert.ts'
import type { Severity } from './severity.ts'

/** What is known of the latest incident of one (source, fingerprint). */
export type IncidentMark = { id: number; open: boolean; startsAt: Date; endedAt: Date | null }

/**
 * What a delivered alert means for the story so far:
 * - `open`: a new incident
 * - `repeat`: the open incident fires on; a reminder, never a new run
 * - `resolve`: the open incident is over
 * - `late`: an old firing of an incident that has ended; it never reopens it
 * - `known`: a resolved that was told before
 * - `bygone`: resolved without a firing that we saw (it came first, or was never sent); kept, so that a late firing does not open
 */
export type Meaning = 'open' | 'repeat' | 'resolve' | 'late' | 'known' | 'bygone'

/**
 * Reads one alert against the latest incident of the same (source, fingerprint). `startsAt` decides only whether a firing
 * belongs to a new episode: Alertmanager peers disagree on it, so it is never a key.
 */
export function meaningOf(alert: Alert, latest: IncidentMark | null): Meaning {
  if (alert.status === 'firing') {
    if (latest === null) return 'open'
    if (latest.open) return 'repeat'
    return latest.endedAt !== null && alert.startsAt <= latest.endedAt ? 'late' : 'open'
  }
  if (latest === null) return 'bygone'
  if (latest.open) return alert.endsAt !== null && alert.endsAt < latest.startsAt ? 'known' : 'resolve'
  return latest.endedAt !== null && alert.startsAt <= latest.endedAt ? 'known' : 'bygone'
}

/**
 * When the episode ended: what the sender says, but never later than we heard of it, and no later than it began when the
 * sender does not say. Any later guess could make us deaf to the next firing.
 */
export function endOf(alert: Alert, receivedAt: Date): Date {
  const end = alert.endsAt ?? alert.startsAt
  return end > receivedAt ? receivedAt : end
}

/** An incident as it is first written. */
export type NewIncident = {
  id: number
  source: string
  fingerprint: string
  system: string | null
  rule: string | null
  severity: Severity
  state: 'open' | 'closed'
  labels: Labels
  annotations: Labels
  startsAt: Date
  openedAt: Date
  endedAt: Date | null
  repeats: number
  follows: number | null
}
