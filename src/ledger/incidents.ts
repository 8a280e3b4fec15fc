import { alertKey } from '../domain/history.ts'
import type { IncidentMark, NewIncident } from '../domain/incident.ts'
import type { Db } from './database.ts'

/** The next `count` numbers of a sequence, so that rows which point at each other can be written in one statement each. */
export async function takeIds(
  tx: Db,
  sequence: 'incident_id_seq' | 'remediation_id_seq',
  count: number,
): Promise<number[]> {
  if (count === 0) return []
  const { rows } = await tx.query<{ id: number }>('select nextval($1::regclass) as id from generate_series(1, $2)', [
    sequence,
    count,
  ])
  return rows.map((row) => row.id)
}

/** The latest incident of each alert, by alert key. */
export async function latestIncidents(
  tx: Db,
  alerts: readonly { source: string; fingerprint: string }[],
): Promise<Map<string, IncidentMark>> {
  const { rows } = await tx.query<{
    source: string
    fingerprint: string
    id: number
    state: string
    starts_at: Date
    ended_at: Date | null
  }>(
    `select ask.source, ask.fingerprint, latest.id, latest.state, latest.starts_at, latest.ended_at
       from unnest($1::text[], $2::text[]) as ask (source, fingerprint)
      cross join lateral (select id, state, starts_at, ended_at from incident
             where incident.source = ask.source and incident.fingerprint = ask.fingerprint order by id desc limit 1) as latest`,
    [alerts.map((alert) => alert.source), alerts.map((alert) => alert.fingerprint)],
  )
  return new Map(
    rows.map((row) => [
      alertKey(row.source, row.fingerprint),
      { id: row.id, open: row.state === 'open', startsAt: row.starts_at, endedAt: row.ended_at },
    ]),
  )
}

/** Writes new incidents in one statement. */
export async function insertIncidents(tx: Db, incidents: readonly NewIncident[]): Promise<void> {
  if (incidents.length === 0) return
  const rows = incidents.map((incident) => ({
    id: incident.id,
    source: incident.source,
    fingerprint: incident.fingerprint,
    system: incident.system,
    rule: incident.rule,
    severity: incident.severity,
    state: incident.state,
    labels: incident.labels,
    annotations: incident.annotations,
    starts_at: incident.startsAt,
    opened_at: incident.openedAt,
    last_seen_at: incident.openedAt,
    repeats: incident.repeats,
    ended_at: incident.endedAt,
    closed_at: incident.state === 'closed' ? incident.openedAt : null,
    follows: incident.follows,
  }))
  await tx.query('insert into incident select * from jsonb_populate_recordset(null::incident, $1::jsonb)', [
    JSON.stringify(rows),
  ])
}

/** Counts a repeat of open incidents. */
export async function touchIncidents(tx: Db, ids: readonly number[], at: Date): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `update incident set repeats = repeats + seen.n, last_seen_at = greatest(last_seen_at, $2)
       from (select id, count(*)::int as n from unnest($1::bigint[]) as id group by id) as seen where incident.id = seen.id`,
    [ids, at],
  )
}

/** Closes open incidents; returns those that really were open. */
export async function closeIncidents(
  tx: Db,
  closings: readonly { id: number; endedAt: Date }[],
  at: Date,
): Promise<number[]> {
  if (closings.length === 0) return []
  const { rows } = await tx.query<{ id: number }>(
    `update incident set state = 'closed', closed_at = $3, ended_at = closing.ended_at, last_seen_at = greatest(last_seen_at, $3)
       from unnest($1::bigint[], $2::timestamptz[]) as closing (id, ended_at)
      where incident.id = closing.id and state = 'open' returning incident.id`,
    [closings.map((closing) => closing.id), closings.map((closing) => closing.endedAt), at],
  )
  return rows.map((row) => row.id)
}

/** Open incidents that follow a remediation of another one at the same target. */
export async function followersOf(db: Db, remediation: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    "select id from incident where follows = $1 and state = 'open' order by id",
    [remediation],
  )
  return rows.map((row) => row.id)
}

/** Has the followers of one remediation follow another: the one that takes its place. */
export async function refollow(tx: Db, from: number, to: number): Promise<void> {
  await tx.query("update incident set follows = $2 where follows = $1 and state = 'open'", [from, to])
}
