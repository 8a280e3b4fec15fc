import type { Labels } from '../domain/alert.ts'
import type { Silence } from '../domain/silence.ts'
import type { Db } from './database.ts'

/** Labels of an open incident; null when there is none, or it is over. */
export async function labelsOfOpen(db: Db, incident: number): Promise<Labels | null> {
  const { rows } = await db.query<{ labels: Labels }>("select labels from incident where id = $1 and state = 'open'", [
    incident,
  ])
  return rows[0]?.labels ?? null
}

/** Records a silence that Alertmanager has. */
export async function insertSilence(tx: Db, silence: Silence, at: Date): Promise<void> {
  await tx.query('insert into silence (id, incident, by, ends_at, created_at) values ($1, $2, $3, $4, $5)', [
    silence.id,
    silence.incident,
    silence.by,
    silence.endsAt,
    at,
  ])
}

/** Silences whose incident is over, and that Alertmanager still has. */
export async function silencesToRemove(db: Db, now: Date, limit: number): Promise<Silence[]> {
  const { rows } = await db.query<Silence>(
    `select silence.id, incident, by, ends_at as "endsAt" from silence join incident on incident.id = silence.incident
      where removed_at is null and ends_at > $1 and incident.state = 'closed' order by created_at limit $2`,
    [now, limit],
  )
  return rows
}

/** Records that a silence is gone; false when that is known already. */
export async function markSilenceRemoved(tx: Db, id: string, at: Date): Promise<boolean> {
  const { rows } = await tx.query(
    'update silence set removed_at = $2 where id = $1 and removed_at is null returning id',
    [id, at],
  )
  return rows.length === 1
}
