import { runMigrations } from 'bullmq'
import pg from 'pg'

/** BullMQ's own schema; nothing else lives in it. */
export const SCHEMA = 'bullmq'

/** Brings the queue's tables on PostgreSQL up to date. Several processes may do so at the same time: they take turns. */
export async function migrateQueue(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'nightshift-queue-migration',
    connectionTimeoutMillis: 3000,
    statement_timeout: 60_000,
  })
  // A connection that breaks fails its statement; unhandled, the event would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    await runMigrations(client, SCHEMA)
  } finally {
    await client.end()
  }
}
