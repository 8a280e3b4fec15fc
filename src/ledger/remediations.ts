import type { Labels } from '../domain/alert.ts'
import type { Json, Mode, Step } from '../domain/policy.ts'
import {
  assertMove,
  HOLDING_STATES,
  type Move,
  type NewRemediation,
  type Remediation,
  type RemediationState,
  type RuleSnapshot,
} from '../domain/remediation.ts'
import type { Db } from './database.ts'
import { oweBells } from './outbox.ts'

/** Writes new remediations, and owes the bell for those that are to be worked on. */
export async function insertRemediations(tx: Db, remediations: readonly NewRemediation[]): Promise<void> {
  if (remediations.length === 0) return
  const rows = remediations.map((remediation) => ({
    id: remediation.id,
    incident: remediation.incident,
    system: remediation.system,
    rule: remediation.rule.name,
    step_index: remediation.stepIndex,
    step: remediation.step,
    rule_snapshot: remediation.rule,
    policy_hash: remediation.policyHash,
    target: remediation.target,
    handler: remediation.step.handler,
    mode: remediation.step.mode,
    requested_by: remediation.requestedBy,
    state: remediation.state,
    reason: remediation.reason,
    attempt: 0,
    findings: [],
    created_at: remediation.createdAt,
    updated_at: remediation.createdAt,
    wake_at: remediation.wakeAt,
  }))
  await tx.query('insert into remediation select * from jsonb_populate_recordset(null::remediation, $1::jsonb)', [
    JSON.stringify(rows),
  ])
  await oweBells(
    tx,
    remediations.flatMap(({ id, wakeAt }) => (wakeAt === null ? [] : [{ remediation: id, attempt: 0, at: null }])),
  )
}

type Row = {
  id: number
  incident: number | null
  system: string
  rule_snapshot: RuleSnapshot
  step_index: number
  step: Step
  policy_hash: string
  target: string
  handler: string
  mode: Mode
  requested_by: string | null
  state: RemediationState
  reason: string
  attempt: number
  plan: string[] | null
  created_at: Date
  verify_until: Date | null
  labels: Labels | null
  fingerprint: string | null
  incident_state: string | null
}

/** One remediation with what is known of its incident, or null. With `lock` it stays as read until the transaction ends. */
export async function findRemediation(db: Db, id: number, lock = false): Promise<Remediation | null> {
  const { rows } = await db.query<Row>(
    `select remediation.*, incident.labels, incident.fingerprint, incident.state as incident_state
       from remediation left join incident on incident.id = remediation.incident
      where remediation.id = $1 ${lock ? 'for update of remediation' : ''}`,
    [id],
  )
  const row = rows[0]
  if (!row) return null
  return {
    id: row.id,
    incident: row.incident,
    system: row.system,
    rule: row.rule_snapshot,
    stepIndex: row.step_index,
    step: row.step,
    policyHash: row.policy_hash,
    target: row.target,
    handler: row.handler,
    mode: row.mode,
    requestedBy: row.requested_by,
    state: row.state,
    reason: row.reason,
    attempt: row.attempt,
    plan: row.plan,
    createdAt: row.created_at,
    verifyUntil: row.verify_until,
    fingerprint: row.fingerprint,
    labels: row.labels ?? {},
    incidentOpen: row.incident === null || row.incident_state === 'open',
  }
}

/**
 * Moves a remediation, if it still stands where the caller saw it: compare and set. With `wakeAt`, the ring of the bell is
 * owed in the same transaction.
 * @returns false when it has moved on meanwhile; nothing is changed then
 * @throws NightshiftError `illegal-move`
 */
export async function moveRemediation(tx: Db, move: Move): Promise<boolean> {
  assertMove(move.from, move.to)
  const { rows } = await tx.query<{ attempt: number }>(
    `update remediation set state = $3, reason = $4, updated_at = $5, wake_at = $6, plan = coalesce($7::jsonb, plan),
            started_at = coalesce($8, started_at), verify_until = coalesce($9, verify_until),
            attempt = attempt + case when $6::timestamptz is null then 0 else 1 end
      where id = $1 and state = $2 returning attempt`,
    [
      move.id,
      move.from,
      move.to,
      move.reason,
      move.at,
      move.wakeAt,
      move.plan === undefined ? null : JSON.stringify(move.plan),
      move.startedAt ?? null,
      move.verifyUntil ?? null,
    ],
  )
  const moved = rows[0]
  if (!moved) return false
  if (move.wakeAt !== null) await oweBells(tx, [{ remediation: move.id, attempt: moved.attempt, at: move.wakeAt }])
  return true
}

/** Has a remediation looked at again later, if it still stands in this state. */
export async function wakeRemediation(tx: Db, id: number, state: RemediationState, wakeAt: Date): Promise<void> {
  const { rows } = await tx.query<{ attempt: number }>(
    'update remediation set wake_at = $3, attempt = attempt + 1 where id = $1 and state = $2 returning attempt',
    [id, state, wakeAt],
  )
  const woken = rows[0]
  if (woken) await oweBells(tx, [{ remediation: id, attempt: woken.attempt, at: wakeAt }])
}

/** Leaves a remediation where it stands until somebody moves it. */
export async function wakeNever(tx: Db, id: number, state: RemediationState): Promise<void> {
  await tx.query('update remediation set wake_at = null where id = $1 and state = $2', [id, state])
}

/** Whether another remediation is at work on this target, or may be. */
export async function targetHeld(tx: Db, target: string, except: number): Promise<boolean> {
  const { rows } = await tx.query(
    'select 1 from remediation where target = $1 and id <> $2 and state = any($3) limit 1',
    [target, except, HOLDING_STATES],
  )
  return rows.length > 0
}

/** Attaches what the read-only handlers found. */
export async function attachFindings(tx: Db, id: number, findings: readonly Json[]): Promise<void> {
  await tx.query('update remediation set findings = $2::jsonb where id = $1', [id, JSON.stringify(findings)])
}

/** Remediations of these incidents in these states, locked. */
export async function remediationsOf(
  tx: Db,
  incidents: readonly number[],
  states: readonly RemediationState[],
): Promise<{ id: number; incident: number; state: RemediationState }[]> {
  if (incidents.length === 0) return []
  const { rows } = await tx.query<{ id: number; incident: number; state: RemediationState }>(
    'select id, incident, state from remediation where incident = any($1::bigint[]) and state = any($2) order by id for update',
    [incidents, states],
  )
  return rows
}
