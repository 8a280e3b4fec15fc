import type { BreakerState, KillSwitch } from '../domain/controls.ts'
import type { Db } from './database.ts'

/** Makes decisions follow each other, across replicas, until the transaction ends; see docs/adr/0003. */
export async function lockDecisions(tx: Db): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(7306115)')
}

/** The kill switch as it stands. */
export async function readKillSwitch(db: Db): Promise<KillSwitch> {
  const { rows } = await db.query<{ is_on: boolean; by: string; reason: string; at: Date }>(
    'select is_on, by, reason, at from kill_switch',
  )
  const row = rows[0]
  // No row would mean that somebody emptied the table: act only on a recorded "off".
  return row
    ? { on: row.is_on, by: row.by, reason: row.reason, at: row.at }
    : { on: true, by: 'nightshift', reason: 'no record of the kill switch', at: new Date(0) }
}

/** Sets the kill switch. */
export async function writeKillSwitch(tx: Db, next: KillSwitch): Promise<void> {
  await tx.query(
    `insert into kill_switch (is_on, by, reason, at) values ($1, $2, $3, $4)
     on conflict (singleton) do update set is_on = excluded.is_on, by = excluded.by, reason = excluded.reason, at = excluded.at`,
    [next.on, next.by, next.reason, next.at],
  )
}

/** A breaker's state; closed when nothing was ever recorded. */
export async function readBreaker(db: Db, name: string): Promise<BreakerState> {
  const { rows } = await db.query<{ failures: number; opened_at: Date | null }>(
    'select failures, opened_at from breaker where name = $1',
    [name],
  )
  return { name, failures: rows[0]?.failures ?? 0, openedAt: rows[0]?.opened_at ?? null }
}

/** Keeps a breaker's state, so that it survives a restart and counts for every replica. */
export async function writeBreaker(tx: Db, breaker: BreakerState, at: Date): Promise<void> {
  await tx.query(
    `insert into breaker (name, failures, opened_at, updated_at) values ($1, $2, $3, $4)
     on conflict (name) do update set failures = excluded.failures, opened_at = excluded.opened_at, updated_at = excluded.updated_at`,
    [breaker.name, breaker.failures, breaker.openedAt, at],
  )
}
