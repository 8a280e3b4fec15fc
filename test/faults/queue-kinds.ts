import pg from 'pg'
import { startRedis } from '../support/redis.ts'

/** The queue that a service runs on, and how a test makes it refuse. */
export type FaultyQueue = {
  env: Readonly<Record<string, string>>
  /** From now on nothing can be handed to it. */
  refuse: () => Promise<void>
  accept: () => Promise<void>
  remove: () => Promise<void>
}

/** Both kinds; every fault is tried on each. */
export const QUEUES: { name: string; needs: string[]; open: (ledgerUrl: string) => Promise<FaultyQueue> }[] = [
  { name: 'PostgreSQL', needs: [], open: openPostgresQueue },
  { name: 'Redis', needs: ['redis-server'], open: openRedisQueue },
]

/** Refuses by a lock on BullMQ's table of jobs: whoever wants to add one hangs, until the time limit or a kill. */
export async function openPostgresQueue(ledgerUrl: string): Promise<FaultyQueue> {
  const client = new pg.Client({ connectionString: ledgerUrl })
  // Some tests end the server under it.
  client.on('error', () => {})
  await client.connect()
  return {
    env: {},
    refuse: async () => {
      await client.query('begin')
      await client.query('lock table bullmq.job in access exclusive mode')
    },
    accept: async () => void (await client.query('rollback')),
    remove: () => client.end(),
  }
}

/** Refuses by being gone; what it was told before is on its disk. */
async function openRedisQueue(): Promise<FaultyQueue> {
  const redis = await startRedis({ appendOnly: true })
  return { env: { REDIS_URL: redis.url }, refuse: redis.kill, accept: redis.start, remove: redis.remove }
}
