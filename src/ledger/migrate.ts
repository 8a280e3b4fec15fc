import { readdir, readFile } from 'node:fs/promises'
import { NightshiftError } from '../domain/errors.ts'
import type { Database, Db } from './database.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
/** Any number, but always this one: it makes processes that start together migrate one after the other. */
const MIGRATION_LOCK = 7_306_114

/**
 * Brings the ledger's tables up to date, forward only. Safe beside other processes that do the same: one works, the others
 * wait and find nothing left to do. Each file is applied whole or not at all.
 * @returns names of the files that were applied
 */
export async function migrate(db: Database): Promise<string[]> {
  const files = await migrationFiles()
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await tx.query(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
    )
    const done = await appliedNames(tx)
    const pending = files.filter((name) => !done.has(name))
    for (const name of pending) {
      await tx.query(await readFile(new URL(name, FOLDER), 'utf8'))
      await tx.query('insert into migration (name) values ($1)', [name])
    }
    return pending
  })
}

/**
 * Makes sure that every migration of this program has been applied.
 * @throws NightshiftError `migration-missing` naming them and the command that applies them
 */
export async function assertMigrated(db: Database): Promise<void> {
  const known = await db.query<{ found: string | null }>("select to_regclass('migration')::text as found")
  const done = known.rows[0]?.found ? await appliedNames(db) : new Set<string>()
  const missing = (await migrationFiles()).filter((name) => !done.has(name))
  if (missing.length > 0) {
    throw new NightshiftError(
      'migration-missing',
      `the database lacks ${missing.join(', ')}; run: npx nightshift migrate`,
      { missing },
    )
  }
}

async function appliedNames(db: Db): Promise<Set<string>> {
  return new Set((await db.query<{ name: string }>('select name from migration')).rows.map((row) => row.name))
}

async function migrationFiles(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
}
