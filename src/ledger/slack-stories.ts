import type { Labels } from '../domain/alert.ts'
import type { EntryKind } from '../domain/entry.ts'
import type { Json, Mode } from '../domain/policy.ts'
import type { RemediationState } from '../domain/remediation.ts'
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
  incident: number
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
const REMEDIATIONS = `select id, incident, handler, target, step->'params' as params, mode, state, reason, plan, findings,
  updated_at as "updatedAt", verify_until as "verifyUntil", digest, needed, given, expires_at as "expiresAt",
  denied_by as "deniedBy", denied_reason as "deniedReason"
  from remediation left join approval on approval.remediation = remediation.id where incident = any($1::bigint[]) order by id`
const RUNS = `select run.remediation, number, run.started_at as "startedAt", ended_at as "endedAt", outcome, error
  from run join remediation on remediation.id = run.remediation where incident = any($1::bigint[]) order by run.remediation, number`
const ESCALATIONS = `select distinct on (incident) incident, state, reason, level, due_at as "dueAt"
  from escalation where incident = any($1::bigint[]) order by incident, id desc`
const DEEDS = `select chain as incident, kind, (payload->'data'->>'remediation')::bigint as remediation, payload->'actor'->>'name' as by, at,
  (payload->'data'->>'endsAt')::timestamptz as until from entry where chain = any($1::bigint[]) and payload->'actor'->>'kind' = 'person' and kind <> 'approval.refused' order by chain, seq`

/** Incidents with all that a message shows of them; few statements however many they are. */
export async function storiesOf(db: Db, incidents: readonly number[]) {
  const rows = async <Row extends object>(text: string) => (await db.query<Row>(text, [incidents])).rows
  const remediations = await rows<Remediation>(REMEDIATIONS)
  const runs = await rows<Run>(RUNS)
  const escalations = await rows<Escalation>(ESCALATIONS)
  const deeds = await rows<Deed>(DEEDS)
  return (await rows<Incident>(INCIDENTS)).map((incident) => {
    const ours = <Row extends { incident: number }>(all: readonly Row[]) =>
      all.filter((row) => row.incident === incident.incident)
    return {
      ...incident,
      escalation: ours(escalations)[0] ?? null,
      deeds: ours(deeds),
      remediations: ours(remediations).map((remediation) => ({
        ...remediation,
        approval: approvalOf(remediation),
        runs: runs.filter((run) => run.remediation === remediation.id),
      })),
    }
  })
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

/** Entries of an incident's chain after one and up to another, in order. */
export async function entriesBetween(
  db: Db,
  incident: number,
  after: number,
  upTo: number,
  limit: number,
): Promise<StoryEntryRow[]> {
  const { rows } = await db.query<StoryEntryRow>(
    `select seq, at, kind, payload->'actor' as by, payload->'data' as data from entry
      where chain = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
    [incident, after, upTo, limit],
  )
  return rows
}

/** What a person should not miss, of many incidents, each after the last entry that was told: refused clicks, lost runs. */
export async function notableEntries(
  db: Db,
  stories: readonly { incident: number; threadPosition: number; headSeq: number }[],
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
