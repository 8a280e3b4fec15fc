import type { Bell } from '../domain/remediation.ts'
import type { Db } from './database.ts'

/** Owes the queue these rings, in the same transaction as the change that makes them needed. */
export async function oweBells(tx: Db, bells: readonly Bell[]): Promise<void> {
  if (bells.length === 0) return
  await tx.query(
    'insert into outbox (remediation, attempt, at) select * from unnest($1::bigint[], $2::int[], $3::timestamptz[])',
    [bells.map((bell) => bell.remediation), bells.map((bell) => bell.attempt), bells.map((bell) => bell.at)],
  )
}

/** Takes owed rings out, until the transaction ends; when the queue refuses them, rolling back puts them back. */
export async function takeBells(tx: Db, limit: number): Promise<(Bell & { id: number })[]> {
  const { rows } = await tx.query<Bell & { id: number }>(
    `delete from outbox where id in (select id from outbox order by id limit $1 for update skip locked)
     returning id, remediation, attempt, at`,
    [limit],
  )
  return rows
}

/**
 * Owes a ring for each remediation whose time has come and gone unheard: the queue lost it, or its worker died before it
 * began. `wake_at` moves on, so that each is rung once per `againMs`.
 */
export async function oweMissedBells(
  tx: Db,
  now: Date,
  graceMs: number,
  againMs: number,
  limit: number,
): Promise<number> {
  const { rows } = await tx.query(
    `with missed as (
       update remediation set wake_at = $3, attempt = attempt + 1
        where id in (select id from remediation where wake_at < $2 order by wake_at limit $4 for update skip locked)
       returning id, attempt)
     insert into outbox (remediation, attempt, at) select id, attempt, $1 from missed returning id`,
    [now, new Date(now.getTime() - graceMs), new Date(now.getTime() + againMs), limit],
  )
  return rows.length
}
