import { readFileSync } from 'node:fs'
import { type CleanUps, createCleanUps } from '../app/cleanups.ts'
import { embeddedUrl } from '../app/database.ts'
import { readConfig } from '../config.ts'
import { silentLog } from '../domain/log.ts'
import { type Database, openDatabase } from '../ledger/database.ts'
import type { Io } from './command.ts'

/** Opens the ledger's database for one command, joining the embedded server where there is one, and closes it after. */
export async function withLedgerDatabase<T>(
  { env }: Io,
  work: (database: Database, url: string) => Promise<T>,
): Promise<T> {
  const config = readConfig(env, (path) => readFileSync(path, 'utf8'))
  const cleanUps: CleanUps = createCleanUps(silentLog)
  try {
    const url = config.databaseUrl ?? (await embeddedUrl(config, silentLog, cleanUps))
    const database = openDatabase(url, 2)
    cleanUps.add('ledger', database.close)
    return await work(database, url)
  } finally {
    await cleanUps.run()
  }
}
