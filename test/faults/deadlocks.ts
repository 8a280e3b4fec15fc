import type { Db } from '../../src/ledger/database.ts'

/** How often PostgreSQL had to break a ring of transactions of this database that waited for each other. */
export async function deadlocksIn(db: Db): Promise<number> {
  const { rows } = await db.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return rows[0]?.deadlocks ?? Number.NaN
}
