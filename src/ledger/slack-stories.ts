import type { Labels } from '../domain/alert.ts'
import { type EntryKind, SYSTEM_CHAIN } from '../domain/entry.ts'
import type { Json, Mode } from '../domain/policy.ts'
import { ACTIVE_STATES, type RemediationState } from '../domain/remediation.ts'
import type { RunOutcome } from '../domain/run.ts'
import type { Severity } from '../domain/severity.ts'
import type { Db } from './database.ts'

/** As flow/prepare writes it. */
type Finding = {
  handler: string
  target: string
  summary: string
  columns: string[]
  rows: (string | number | boolean | null)[][]
}
type Remediation = {
  id: number
  incident: number | null
  system: string
  requestedBy: string | null
  createdAt: Date
  handler: string
  target: string
  params: Record<string, Json>
  mode: Mode
  state: RemediationState
  reason: string
  plan: string[] | null
  findings: Finding[]
  updatedAt: Date
  verifyUntil: Date | null
  digest: string | null
  needed: number | null
  given: string[] | null
  expiresAt: Date | null
  deniedBy: string | null
  deniedReason: string | null
}
type Run = {
  remediation: number
  number: number
  startedAt: Date
  endedAt: Date | null
  outcome: RunOutcome | null
  error: string | null
}
type Escalation = {
  incident: number
  state: 'pending' | 'paging' | 'acknowledged' | 'resolved' | 'exhausted'
  reason: string
  level: number
  dueAt: Date | null
}
type Deed = { incident: number; kind: EntryKind; remediation: number | null; by: string; at: Date; until: Date | null }
type Incident = {
  incident: number
  system: string | null
  rule: string | null
  severity: Severity
  open: boolean
  labels: Labels
  annotations: Labels
  startsAt: Date
  endedAt: Date | null
  repeats: number
}

const INCIDENTS = `select id as incident, system, rule, severity, state = 'open' as open, labels, annotations, starts_at as "startsAt",
  ended_at as "endedAt", repeats from incident where id = any($1::bigint[]) order by id`
const REMEDIATIONS = `select id, incident, system, requested_by as "requestedBy", remediation.created_at as "createdAt", handler, target, step->'params' as params, mode, state, reason, plan, findings,
  updated_at as "updatedAt", verify_until as "verifyUntil", digest, needed, given, expires_at as "expiresAt",
  denied_by as "deniedBy", denied_reason as "deniedReason"
  from remediation left join approval on approval.remediation = remediation.id where`
const RUNS = `select remediation, number, started_at as "startedAt", ended_at as "endedAt", outcome, error
  from run where remediation = any($1::bigint[]) order by remediation, number`
const ESCALATIONS = `select distinct on (incident) incident, state, reason, level, due_at as "dueAt"
  from escalation where incident = any($1::bigint[]) order by incident, id desc`
const DEEDS = `select chain as incident, kind, (payload->'data'->>'remediation')::bigint as remediation, payload->'actor'->>'name' as by, at,
  (payload->'data'->>'endsAt')::timestamptz as until from entry where chain = any($1::bigint[]) and payload->'actor'->>'kind' = 'person' and kind <> 'approval.refused' order by chain, seq`

/** Incidents with all that a message shows of them; few statements however many they are. */
export async function storiesOf(db: Db, incidents: readonly number[]) {
  const rows = async <Row extends object>(text: string) => (await db.query<Row>(text, [incidents])).rows
  const remediations = await withRuns(
    db,
    await rows<Remediation>(`${REMEDIATIONS} incident = any($1::bigint[]) order by id`),
  )
  const escalations = await rows<Escalation>(ESCALATIONS)
  const deeds = await rows<Deed>(DEEDS)
  return (await rows<Incident>(INCIDENTS)).map((incident) => {
    const ours = <Row extends { incident: number | null }>(all: readonly Row[]) =>
      all.filter((row) => row.incident === incident.incident)
    return {
      ...incident,
      requestedBy: null,
      escalation: ours(escalations)[0] ?? null,
      deeds: ours(deeds),
      remediations: ours(remediations),
    }
  })
}

/** Runs asked for by hand, as stories: there is no incident, so they begin with the wish and end with the run. */
export async function storiesByHand(db: Db, byHand: readonly number[]) {
  const { rows } = await db.query<Remediation>(`${REMEDIATIONS} id = any($1::bigint[]) order by id`, [byHand])
  return (await withRuns(db, rows)).map((remediation) => {
    const { system, requestedBy, createdAt, state } = remediation
    return {
      ...BY_HAND,
      system,
      requestedBy,
      startsAt: createdAt,
      open: (ACTIVE_STATES as readonly string[]).includes(state),
      remediations: [remediation],
    }
  })
}

const BY_HAND = {
  incident: null,
  rule: null,
  severity: 'P4' as Severity,
  labels: {} as Labels,
  annotations: {} as Labels,
  endedAt: null,
  repeats: 0,
  escalation: null,
  deeds: [] as Deed[],
}

async function withRuns(db: Db, remediations: readonly Remediation[]) {
  const { rows } = await db.query<Run>(RUNS, [remediations.map(({ id }) => id)])
  return remediations.map((remediation) => ({
    ...remediation,
    approval: approvalOf(remediation),
    runs: rows.filter((run) => run.remediation === remediation.id),
  }))
}

function approvalOf({ digest, needed, given, expiresAt, deniedBy, deniedReason }: Remediation) {
  if (digest === null || needed === null || expiresAt === null) return null
  return { digest, needed, given: given ?? [], expiresAt, deniedBy, deniedReason }
}

type StoryEntryRow = {
  seq: number
  at: Date
  kind: EntryKind
  by: { kind: 'rule' | 'person' | 'system'; name: string }
  data: Record<string, Json>
}

/** Entries of an incident's chain, or of a run by hand in the system's, after one and up to another, in order. */
export async function entriesBetween(
  db: Db,
  of: { incident: number | null; byHand: number | null },
  after: number,
  upTo: number,
  limit: number,
): Promise<StoryEntryRow[]> {
  const { rows } = await db.query<StoryEntryRow>(
    `select seq, at, kind, payload->'actor' as by, payload->'data' as data from entry
      where chain = $1 and seq > $2 and seq <= $3 and ($4::bigint is null or (payload->'data'->>'remediation')::bigint = $4)
      order by seq limit $5`,
    [of.incident ?? SYSTEM_CHAIN, after, upTo, of.byHand, limit],
  )
  return rows
}

/** What a person should not miss, of many incidents, each after the last entry that was told: refused clicks, lost runs. */
export async function notableEntries(
  db: Db,
  stories: readonly { incident: number | null; threadPosition: number; headSeq: number }[],
): Promise<(StoryEntryRow & { incident: number })[]> {
  const { rows } = await db.query<StoryEntryRow & { incident: number }>(
    `select chain as incident, seq, at, kind, payload->'actor' as by, payload->'data' as data
       from entry join unnest($1::bigint[], $2::int[], $3::int[]) as told (incident, after, up_to)
         on chain = told.incident and seq > told.after and seq <= told.up_to
      where kind in ('approval.refused', 'run.lost') order by position limit 100`,
    [
      stories.map((story) => story.incident),
      stories.map((story) => story.threadPosition),
      stories.map((story) => story.headSeq),
    ],
  )
  return rows
}
