import pg from 'pg'
import { DATABASE_USER } from './cluster.ts'

/** Every Nightshift process keeps one connection of this name open for as long as it needs the server. */
export const PRESENCE = 'nightshift-presence'

const CONNECT_MS = 5000
/** Making a database copies some megabytes, which takes its time on a busy disk. */
const STATEMENT_MS = 60_000

/** Connects as the server's own user. SCRAM proves both ways: a stranger on that port does not know the password's verifier. */
export async function connect(port: number, password: string, name: string, database = 'postgres'): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: DATABASE_USER,
    password,
    database,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
  })
  // A connection that breaks shows in the statement under way; unhandled, the event would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Does our server answer on that port? */
export async function answers(port: number, password: string): Promise<boolean> {
  try {
    const client = await connect(port, password, 'nightshift-probe')
    await client.end()
    return true
  } catch {
    // Not there, still starting, or not ours: all of these are a no.
    return false
  }
}

/** Makes the database where it is missing. */
export async function ensureDatabase(client: pg.Client, database: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
  if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(database)}`)
}

/** How many other Nightshift processes use the server. */
export async function countOthers(presence: pg.Client): Promise<number> {
  const { rows } = await presence.query<{ others: number }>(
    'select count(*)::int as others from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
    [PRESENCE],
  )
  return rows[0]?.others ?? 0
}
