import type { Approval } from '../domain/approval.ts'
import type { Db } from './database.ts'

/** Records that a decision of a person is waited for. */
export async function insertApproval(tx: Db, approval: Omit<Approval, 'given'>, at: Date): Promise<void> {
  await tx.query(
    'insert into approval (remediation, digest, needed, expires_at, created_at) values ($1, $2, $3, $4, $5)',
    [approval.remediation, approval.digest, approval.needed, approval.expiresAt, at],
  )
}

/** The approval of a remediation, locked until the transaction ends; null when none was asked for. */
export async function lockApproval(tx: Db, remediation: number): Promise<Approval | null> {
  const { rows } = await tx.query<{
    remediation: number
    digest: string
    needed: number
    expires_at: Date
    given: string[]
  }>('select remediation, digest, needed, expires_at, given from approval where remediation = $1 for update', [
    remediation,
  ])
  const row = rows[0]
  return row
    ? {
        remediation: row.remediation,
        digest: row.digest,
        needed: row.needed,
        expiresAt: row.expires_at,
        given: row.given,
      }
    : null
}

/** Adds a yes. */
export async function giveApproval(tx: Db, remediation: number, by: string): Promise<void> {
  await tx.query('update approval set given = array_append(given, $2) where remediation = $1', [remediation, by])
}

/** Records the no. */
export async function recordDenial(tx: Db, remediation: number, by: string, reason: string): Promise<void> {
  await tx.query('update approval set denied_by = $2, denied_reason = $3 where remediation = $1', [
    remediation,
    by,
    reason,
  ])
}
