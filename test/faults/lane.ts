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
  const ledger = await createDatabase(options.server)
  const db = openDatabase(ledger.url, 2)
  await migrate(db)
  const witness = await openWitness()
  const queue = await openQueue(ledger.url)
  const apps: AppProcess[] = []
  const start = async () => {
    const app = await startAppProcess({
      DATABASE_URL: ledger.url,
      ...queue.env,
      ...faultEnv(witness, options.policies),
    })
    apps.push(app)
    return app
  }
  return {
    app: await start(),
    startReplica: start,
    db,
    witness,
    queue,
    holdDecisions: async () => {
      const client = new pg.Client({ connectionString: ledger.url })
      await client.connect()
      await client.query('select pg_advisory_lock(7306115)')
      return () => client.end()
    },
    close: async () => {
      for (const app of apps) await app.remove()
      await queue.remove()
      await db.close()
      await ledger.drop()
      await witness.remove()
    },
  }
}

/** Waits until `look` does not throw. */
export function eventually<T>(look: () => Promise<T>): Promise<T> {
  return vi.waitFor(look, AWHILE)
}

const LANES = 5

/** How often each fault is repeated. */
export const ROUNDS = 20

/**
 * Opens lanes for the tests of this suite. The function that it returns plays a round ROUNDS times, in several lanes beside
 * each other; each round of a lane begins when the one before has ended.
 */
export function useLanes(
  openQueue: (ledgerUrl: string) => Promise<FaultyQueue>,
): (play: (lane: Lane, round: number) => Promise<void>) => Promise<void> {
  const lanes: Lane[] = []
  beforeAll(async () => {
    lanes.push(...(await Promise.all(Array.from({ length: LANES }, () => openLane(openQueue)))))
  })
  afterAll(() => Promise.all(lanes.map((lane) => lane.close())))
  return async (play) => {
    const inLane = async (lane: Lane, first: number) => {
      for (let round = first; round < ROUNDS; round += LANES) await play(lane, round)
    }
    await Promise.all(lanes.map(inLane))
  }
}
