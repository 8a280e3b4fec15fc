import type { Json, Mode } from '../domain/policy.ts'
import type { RemediationState } from '../domain/remediation.ts'
import type { RunOutcome } from '../domain/run.ts'
import type { Db } from './database.ts'
import type { ViewFilter, ViewPage } from './view-page.ts'

export type RemediationRow = {
  id: number
  incident: number | null
  system: string
  rule: string
  handler: string
  target: string
  params: Record<string, Json>
  mode: Mode
  state: RemediationState
  reason: string
  stepIndex: number
  attempt: number
  requestedBy: string | null
  plan: string[] | null
  policyHash: string
  createdAt: Date
  updatedAt: Date
  verifyUntil: Date | null
}

const COLUMNS = `id, incident, system, rule, handler, target, step->'params' as params, mode, state, reason, step_index as "stepIndex", attempt,
  requested_by as "requestedBy", plan, policy_hash as "policyHash", created_at as "createdAt", updated_at as "updatedAt", verify_until as "verifyUntil"`

/** A page of remediations, newest first; severity is the rule's, `since` and `until` are about when they were proposed. */
export async function listRemediations(
  db: Db,
  filter: ViewFilter<RemediationState>,
  page: ViewPage,
): Promise<RemediationRow[]> {
  const { rows } = await db.query<RemediationRow>(
    `select ${COLUMNS} from remediation
      where ($1::text is null or system = $1) and ($2::text is null or state = $2) and ($3::text is null or rule_snapshot->>'severity' = $3)
        and ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at < $5)
        and ($6::bigint is null or id < $6)
      order by id desc limit $7`,
    [filter.system, filter.state, filter.severity, filter.since, filter.until, page.before, page.limit],
  )
  return rows
}

/** All remediations of one incident, newest first. */
export async function remediationsOfIncident(db: Db, incident: number): Promise<RemediationRow[]> {
  return (
    await db.query<RemediationRow>(`select ${COLUMNS} from remediation where incident = $1 order by id desc`, [
      incident,
    ])
  ).rows
}

export type RunRow = {
  number: number
  startedAt: Date
  endedAt: Date | null
  outcome: RunOutcome | null
  result: Json
  error: string | null
}
export type GivenRow = {
  digest: string
  needed: number
  given: string[]
  expiresAt: Date
  deniedBy: string | null
  deniedReason: string | null
}
export type RemediationStory = RemediationRow & { findings: Json[]; runs: RunRow[]; approval: GivenRow | null }

/** One remediation with its diagnosis, runs and approval. */
export async function viewRemediation(db: Db, id: number): Promise<RemediationStory | null> {
  const { rows } = await db.query<RemediationRow & { findings: Json[] }>(
    `select ${COLUMNS}, findings from remediation where id = $1`,
    [id],
  )
  const remediation = rows[0]
  if (!remediation) return null
  const runs = await db.query<RunRow>(
    'select number, started_at as "startedAt", ended_at as "endedAt", outcome, result, error from run where remediation = $1 order by number',
    [id],
  )
  const approval = await db.query<GivenRow>(
    `select digest, needed, given, expires_at as "expiresAt", denied_by as "deniedBy", denied_reason as "deniedReason"
       from approval where remediation = $1`,
    [id],
  )
  return { ...remediation, runs: runs.rows, approval: approval.rows[0] ?? null }
}

export type WaitingRow = Omit<
  RemediationRow,
  'id' | 'state' | 'reason' | 'stepIndex' | 'attempt' | 'policyHash' | 'updatedAt' | 'verifyUntil'
> & {
  remediation: number
  approvers: string[]
  digest: string
  needed: number
  given: string[]
  expiresAt: Date
}

/** What waits for a person's decision, newest first. */
export async function listWaiting(db: Db, system: string | null, page: ViewPage): Promise<WaitingRow[]> {
  const { rows } = await db.query<WaitingRow>(
    `select remediation.id as remediation, incident, system, rule, handler, target, step->'params' as params, mode, plan,
            requested_by as "requestedBy", rule_snapshot->'approvers' as approvers, digest, needed, given,
            approval.created_at as "createdAt", expires_at as "expiresAt"
       from remediation join approval on approval.remediation = remediation.id
      where state = 'awaiting_approval' and ($1::text is null or system = $1) and ($2::bigint is null or remediation.id < $2)
      order by remediation.id desc limit $3`,
    [system, page.before, page.limit],
  )
  return rows
}

/** Breakers that have anything on record, by name. */
export async function listBreakers(db: Db): Promise<{ name: string; failures: number; openedAt: Date | null }[]> {
  const { rows } = await db.query<{ name: string; failures: number; openedAt: Date | null }>(
    'select name, failures, opened_at as "openedAt" from breaker where failures > 0 or opened_at is not null order by name',
  )
  return rows
}
