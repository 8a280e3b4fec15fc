import type { Labels } from '../domain/alert.ts'
import type { Actor } from '../domain/entry.ts'
import type { Json } from '../domain/policy.ts'
import type { Severity } from '../domain/severity.ts'
import type { Db } from './database.ts'
import { type RemediationRow, remediationsOfIncident } from './remediation-views.ts'
import type { ViewFilter, ViewPage } from './view-page.ts'

export type IncidentRow = {
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
  lastSeenAt: Date
  endedAt: Date | null
  closedAt: Date | null
  repeats: number
}

const COLUMNS = `id, source, fingerprint, system, rule, severity, state, labels, annotations, starts_at as "startsAt", opened_at as "openedAt",
  last_seen_at as "lastSeenAt", ended_at as "endedAt", closed_at as "closedAt", repeats`

/** A page of incidents, newest first; `since` and `until` are about when they opened. */
export async function listIncidents(
  db: Db,
  filter: ViewFilter<'open' | 'closed'>,
  page: ViewPage,
): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>(
    `select ${COLUMNS} from incident
      where ($1::text is null or system = $1) and ($2::text is null or state = $2) and ($3::text is null or severity = $3)
        and ($4::timestamptz is null or opened_at >= $4) and ($5::timestamptz is null or opened_at < $5)
        and ($6::bigint is null or id < $6)
      order by id desc limit $7`,
    [filter.system, filter.state, filter.severity, filter.since, filter.until, page.before, page.limit],
  )
  return rows
}

export type EscalationRow = {
  state: 'pending' | 'paging' | 'acknowledged' | 'resolved' | 'exhausted'
  severity: Severity
  reason: string
  level: number
  dueAt: Date | null
}
export type EntryRow = { seq: number; at: Date; kind: string; actor: Actor; data: Record<string, Json> }
export type IncidentStory = IncidentRow & {
  remediations: RemediationRow[]
  escalations: EscalationRow[]
  entries: EntryRow[]
}

/** One incident with its story: remediations, escalations, and the last entries of its chain. */
export async function findIncident(db: Db, id: number, entryLimit: number): Promise<IncidentStory | null> {
  const { rows } = await db.query<IncidentRow>(`select ${COLUMNS} from incident where id = $1`, [id])
  const incident = rows[0]
  if (!incident) return null
  const escalations = await db.query<EscalationRow>(
    'select state, severity, reason, level, due_at as "dueAt" from escalation where incident = $1 order by escalation.id desc',
    [id],
  )
  const entries = await db.query<EntryRow>(
    `select seq, at, kind, payload->'actor' as actor, payload->'data' as data from entry where chain = $1 order by seq desc limit $2`,
    [id, entryLimit],
  )
  return {
    ...incident,
    remediations: await remediationsOfIncident(db, id),
    escalations: escalations.rows,
    entries: entries.rows.reverse(),
  }
}
