import type { Json } from '../domain/policy.ts'
import type { RunEnd, RunMark } from '../domain/run.ts'
import type { Db } from './database.ts'

/**
 * Writes the start of a run, with its lease, before anything is done. Time is the database's: workers' clocks may differ. And
 * it is the time of the statement: `now()` is when the transaction began, which may have waited for its turn since, for longer
 * than a lease lasts.
 */
export async function insertRun(
  tx: Db,
  remediation: number,
  worker: string,
  startedAt: Date,
  leaseMs: number,
): Promise<number> {
  const { rows } = await tx.query<{ number: number }>(
    `insert into run (remediation, number, worker, started_at, lease_until)
     select $1, coalesce(max(number), 0) + 1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond' from run where remediation = $1
     returning number`,
    [remediation, worker, startedAt, leaseMs],
  )
  return (rows[0] as { number: number }).number
}

/** Keeps the lease; false when the run has been given up for lost, so that its worker must stop. */
export async function renewLease(db: Db, remediation: number, number: number, leaseMs: number): Promise<boolean> {
  const { rows } = await db.query(
    `update run set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
      where remediation = $1 and number = $2 and ended_at is null returning number`,
    [remediation, number, leaseMs],
  )
  return rows.length === 1
}

/** Writes the end of a run; false when it has an end already. */
export async function endRun(tx: Db, remediation: number, number: number, end: RunEnd): Promise<boolean> {
  const { rows } = await tx.query(
    'update run set ended_at = $3, outcome = $4, result = $5::jsonb, error = $6 where remediation = $1 and number = $2 and ended_at is null returning number',
    [remediation, number, end.at, end.outcome, JSON.stringify(end.result), end.error],
  )
  return rows.length === 1
}

/** Runs whose worker has not kept its lease: it died, or lost the database. */
export async function lostRuns(tx: Db, limit: number): Promise<RunMark[]> {
  const { rows } = await tx.query<RunMark>(
    'select remediation, number from run where ended_at is null and lease_until < now() order by lease_until limit $1 for update skip locked',
    [limit],
  )
  return rows
}

/** What the last run returned, for a rollback. */
export async function lastResult(db: Db, remediation: number): Promise<Json> {
  const { rows } = await db.query<{ result: Json }>(
    'select result from run where remediation = $1 order by number desc limit 1',
    [remediation],
  )
  return rows[0]?.result ?? null
}

/** How often a remediation has been started. */
export async function countRuns(db: Db, remediation: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from run where remediation = $1', [
    remediation,
  ])
  return rows[0]?.n ?? 0
}
