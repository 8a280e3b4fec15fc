import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { type AppProcess, startAppProcess } from '../support/app-process.ts'
import { createDatabase } from '../support/postgres.ts'
import type { FaultyQueue } from './queue-kinds.ts'
import { openWitness, type Witness } from './witness.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The policies of the one system that most faults are tried on. */
export const POLICIES = here('policies')

/** Settings under which the service knows the test's handlers and policies, and the witness as their target. */
export function faultEnv(witness: Witness, policies = POLICIES): Record<string, string> {
  return { NIGHTSHIFT_HANDLERS: here('handlers'), NIGHTSHIFT_POLICIES: policies, WITNESS_URL: witness.url }
}

/** Waits for something that must come; says what was missing when it does not. */
export const AWHILE = { timeout: 30_000, interval: 50 }

/** One service with its own ledger, queue and witness: several run their rounds beside each other. */
export type Lane = {
  app: AppProcess
  /** Starts a second process on the same ledger and queue. */
  startReplica: () => Promise<AppProcess>
  db: Database
  witness: Witness
  queue: FaultyQueue
  /** Holds the lock that every decision needs (src/ledger/controls.ts); returns how to let go. */
  holdDecisions: () => Promise<() => Promise<void>>
  close: () => Promise<void>
}

/** Starts a lane. */
export async function openLane(
  openQueue: (ledgerUrl: string) => Promise<FaultyQueue>,
  options: { policies?: string; server?: string } = {},
): Promise<Lane> {
  const cleanUps: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  }
  const start = async (env: Record<string, string>) => {
    const app = await startAppProcess(env)
    cleanUps.push(app.remove)
    return app
  }
  try {
    const ledger = await createDatabase(options.server)
    cleanUps.push(ledger.drop)
    const db = openDatabase(ledger.url, 2)
    cleanUps.push(db.close)
    await migrate(db)
    const witness = await openWitness()
    cleanUps.push(witness.remove)
    const queue = await openQueue(ledger.url)
    cleanUps.push(queue.remove)
    const env = { DATABASE_URL: ledger.url, ...queue.env, ...faultEnv(witness, options.policies) }
    return {
      app: await start(env),
      startReplica: () => start(env),
      db,
      witness,
      queue,
      holdDecisions: async () => {
        const client = new pg.Client({ connectionString: ledger.url })
        await client.connect()
        await client.query('select pg_advisory_lock(7306115)')
        return () => client.end()
      },
      close,
    }
  } catch (error) {
    // What could not be started whole leaves nothing behind.
    await close()
    throw error
  }
}

/** Waits until `look` does not throw. */
export function eventually<T>(look: () => Promise<T>): Promise<T> {
  return vi.waitFor(look, AWHILE)
}

/** How often each fault is repeated. */
export const ROUNDS = 20

/** Most of the rounds' time is waiting; and no lane may begin so many stories in a minute that the storm guard steps in. */
const LANES = 5

/**
 * Opens lanes for the tests of this suite. The function that it returns plays a round ROUNDS times, in several lanes beside
 * each other; each round of a lane begins when the one before has ended.
 */
export function useLanes(
  openQueue: (ledgerUrl: string) => Promise<FaultyQueue>,
): (play: (lane: Lane, round: number) => Promise<void>) => Promise<void> {
  const lanes: Lane[] = []
  beforeAll(async () => {
    const opened = await Promise.allSettled(Array.from({ length: LANES }, () => openLane(openQueue)))
    for (const one of opened) if (one.status === 'fulfilled') lanes.push(one.value)
    for (const one of opened) if (one.status === 'rejected') throw one.reason
  })
  afterAll(() => Promise.all(lanes.map((lane) => lane.close())))
  return async (play) => {
    const inLane = async (lane: Lane, first: number) => {
      for (let round = first; round < ROUNDS; round += LANES) await play(lane, round)
    }
    await Promise.all(lanes.map(inLane))
  }
}
