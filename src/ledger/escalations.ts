import type { DueEscalation, NewEscalation } from '../domain/escalation.ts'
import type { Db } from './database.ts'

/** Writes deadlines on disk: when they pass, a person is paged, whatever became of the fix. */
export async function insertEscalations(tx: Db, escalations: readonly NewEscalation[]): Promise<void> {
  if (escalations.length === 0) return
  await tx.query(
    `insert into escalation (incident, severity, reason, state, due_at, created_at, updated_at)
     select incident, severity, reason, 'pending', due_at, created_at, created_at
       from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) as e (incident, severity, reason, due_at, created_at)`,
    [
      escalations.map((escalation) => escalation.incident),
      escalations.map((escalation) => escalation.severity),
      escalations.map((escalation) => escalation.reason),
      escalations.map((escalation) => escalation.dueAt),
      escalations.map((escalation) => escalation.createdAt),
    ],
  )
}

/** Moves the deadline of incidents whose page has not gone out yet; returns those incidents. */
export async function rescheduleEscalations(
  tx: Db,
  incidents: readonly number[],
  dueAt: Date,
  reason: string,
  at: Date,
): Promise<number[]> {
  if (incidents.length === 0) return []
  const { rows } = await tx.query<{ incident: number }>(
    `update escalation set due_at = $2, reason = $3, updated_at = $4
      where incident = any($1::bigint[]) and state = 'pending' returning incident`,
    [incidents, dueAt, reason, at],
  )
  return rows.map((row) => row.incident)
}

/** Ends the climb of incidents that are over. */
export async function resolveEscalations(tx: Db, incidents: readonly number[], at: Date): Promise<number[]> {
  if (incidents.length === 0) return []
  const { rows } = await tx.query<{ incident: number }>(
    `update escalation set state = 'resolved', due_at = null, updated_at = $2
      where incident = any($1::bigint[]) and state in ('pending', 'paging', 'acknowledged') returning incident`,
    [incidents, at],
  )
  return rows.map((row) => row.incident)
}

/** "I have it": stops the climb, approves nothing. */
export async function acknowledgeEscalation(tx: Db, incident: number, at: Date): Promise<boolean> {
  const { rows } = await tx.query(
    `update escalation set state = 'acknowledged', due_at = null, updated_at = $2
      where incident = $1 and state in ('pending', 'paging') returning id`,
    [incident, at],
  )
  return rows.length > 0
}

/** Deadlines that have passed: moved to the first level of paging. Paging itself is issue 4; until then the caller logs. */
export async function raiseDueEscalations(tx: Db, now: Date, limit: number): Promise<DueEscalation[]> {
  const { rows } = await tx.query<DueEscalation>(
    `update escalation set state = 'paging', level = level + 1, due_at = null, updated_at = $1
       from incident
      where incident.id = escalation.incident and escalation.id in (
        select id from escalation where due_at <= $1 order by due_at limit $2 for update skip locked)
     returning escalation.id, escalation.incident, escalation.severity, escalation.reason, escalation.level, incident.system, incident.rule`,
    [now, limit],
  )
  return rows
}
