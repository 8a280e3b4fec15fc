import type { Severity, SeverityMatrix } from './severity.ts'
import { severityRow } from './severity.ts'

/** A deadline: when it passes with no acknowledgement and no end of the incident, a person is paged. */
export type NewEscalation = { incident: number; severity: Severity; reason: string; dueAt: Date; createdAt: Date }

/** A deadline that has passed. */
export type DueEscalation = {
  id: number
  incident: number
  severity: Severity
  reason: string
  level: number
  system: string | null
  rule: string | null
}

/** How long a fix that was verified may go without Alertmanager's "resolved" before a person is told, in ms. */
export const STILL_FIRING_MS = 900_000

/**
 * When a person must be paged about an incident that is being worked on: P1 and SEC at once, beside the fix; the rest when
 * the row's hold is over, whatever became of the fix.
 */
export function holdUntil(matrix: SeverityMatrix, system: string | null, severity: Severity, now: Date): Date {
  return new Date(now.getTime() + severityRow(matrix, system, severity).holdMs)
}
