import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Log } from '../domain/log.ts'
import { startEmbedded } from '../embedded/server.ts'
import { type Database, openDatabase } from '../ledger/database.ts'
import { assertMigrated, migrate } from '../ledger/migrate.ts'
import type { CleanUps } from './cleanups.ts'

/**
 * Opens the ledger's database: the given one, which must have its tables (`nightshift migrate`), or the embedded one, which is
 * ours to bring up to date.
 * @throws NightshiftError `ledger-unavailable`, `migration-missing`, or `config-invalid` when no server can be started
 */
export async function openLedgerDatabase(
  config: Config,
  log: Log,
  cleanUps: CleanUps,
): Promise<{ database: Database; url: string }> {
  const url = config.databaseUrl ?? (await embeddedUrl(config, log, cleanUps))
  const database = openDatabase(url)
  cleanUps.add('ledger', database.close)
  if (config.databaseUrl === null) await migrate(database)
  else await assertMigrated(database)
  return { database, url }
}

/** Starts or joins the embedded server and returns its URL. */
export async function embeddedUrl(config: Config, log: Log, cleanUps: CleanUps): Promise<string> {
  const server = await startEmbedded({ dataDir: join(config.dataDir, 'postgres'), log })
  cleanUps.add('embedded PostgreSQL', server.stop)
  return server.url
}
