import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { ensureCluster } from './cluster.ts'
import { answers, connect, countOthers, ensureDatabase, PRESENCE } from './connection.ts'
import { type Flags, launchPostmaster } from './launch.ts'
import type { Place } from './place.ts'
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.ts'
import { embeddedProblem } from './problem.ts'

/** A server that we use, and the connection that tells it so. */
export type Joined = {
  postmaster: Postmaster
  cluster: string
  password: string
  presence: pg.Client
  /** It ran already. */
  adopted: boolean
}

const ANSWER_MS = 60_000
const POLL_MS = 100

/** Joins the server that runs on the folder, or starts one. To be called under the folder's lock. */
export async function joinServer(folder: string, place: Place, flags: Flags, database: string): Promise<Joined> {
  const { cluster } = place
  const password = await ensureCluster(folder, place)
  const running = await runningServer(cluster, password)
  const postmaster = running ?? (await launchPostmaster(folder, place, password, flags))
  const presence = await connect(postmaster.port, password, PRESENCE)
  try {
    await ensureDatabase(presence, database)
  } catch (error) {
    await presence.end()
    throw embeddedProblem(`database ${database} cannot be made (${sentence(error)})`, error)
  }
  return { postmaster, cluster, password, presence, adopted: running !== null }
}

async function runningServer(cluster: string, password: string): Promise<Postmaster | null> {
  for (let waited = 0; waited < ANSWER_MS; waited += POLL_MS) {
    const found = await findPostmaster(cluster)
    if (found === null) return null
    if (found.port !== 0 && (await answers(found.port, password))) return found
    await sleep(POLL_MS)
  }
  throw embeddedProblem(`a server runs on ${cluster} already, but does not answer`)
}

/** Leaves the server; stops it when nobody else is there. To be called under the folder's lock. */
export async function leaveServer({ presence, postmaster, cluster }: Joined, log: Log): Promise<void> {
  const others = await countOthers(presence).catch(() => null)
  await presence.end().catch(() => {})
  if (others === 0) {
    await stopPostmaster(postmaster, cluster)
    log.info({}, 'embedded PostgreSQL: stopped')
  } else {
    const reason = others === null ? 'the connection is gone' : 'other Nightshift processes use it'
    log.info({ others }, `embedded PostgreSQL: not stopped, ${reason}`)
  }
}
