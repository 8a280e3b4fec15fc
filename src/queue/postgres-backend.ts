import { createPostgresBackend, withBackend } from 'bullmq'
import { type Backend, type BellData, EVENTS_KEPT, WORKER_TIMES } from './bull.ts'
import { migrateQueue, SCHEMA } from './migrate.ts'

const CONNECT_MS = 3000
const STATEMENT_MS = 5000

const { Queue, Worker } = withBackend(createPostgresBackend)

class BellWorker extends Worker<BellData> {
  async abandon(): Promise<void> {
    await this.lockManager.close()
    await this.disconnect()
  }
}

/** BullMQ on PostgreSQL. Brings its schema up to date first, and keeps to a few connections: the ledger needs them more. */
export async function openPostgresBackend(url: string, name: string): Promise<Backend> {
  await migrateQueue(url)
  const connection = (max: number) => ({
    connectionString: url,
    schema: SCHEMA,
    max,
    application_name: 'nightshift-queue',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
  })
  const streams = { events: { maxLen: EVENTS_KEPT } }
  const queue = new Queue<BellData>(name, { connection: connection(2), streams })
  await queue.waitUntilReady()
  return {
    queue,
    newWorker: (processor, concurrency) =>
      new BellWorker(name, processor, { connection: connection(4), concurrency, ...WORKER_TIMES }),
    ping: async () => {
      await queue.getBackend().connection.pool.query('select 1')
    },
    close: async () => {},
  }
}
