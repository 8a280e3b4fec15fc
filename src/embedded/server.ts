import { mkdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { findBinaries } from './binaries.ts'
import { DATABASE_USER } from './cluster.ts'
import { withFileLock } from './file-lock.ts'
import { type Joined, joinServer, leaveServer } from './join.ts'
import type { Flags } from './launch.ts'
import { findPlace } from './place.ts'
import { onDisk } from './problem.ts'
import { findServerUser } from './server-user.ts'

export type EmbeddedOptions = {
  /** Folder for data, password and log; made where it is missing. */
  dataDir: string
  log: Log
  /** PostgreSQL settings by name, over ours: `{ fsync: 'off' }`. A server that runs already keeps its own. */
  flags?: Flags
  /** Name of the database; made where it is missing. */
  database?: string
}

/** A PostgreSQL server that Nightshift brought along. */
export type Embedded = {
  url: string
  /** It ran already: another Nightshift process started it, or an earlier one was killed. */
  adopted: boolean
  /** Gives it up; the last process to do so stops the server. */
  stop: () => Promise<void>
}

const LOCK_MS = 180_000
const REVIVE_MS = 1000

/**
 * Starts PostgreSQL on a folder, or joins the server that runs on it. Loopback only, with a random password. Processes that
 * come and go at the same time take turns by a lock on the folder; each keeps one connection open, so the server itself
 * knows who is left, also after a `kill -9`. When the server dies while it is needed, it is started again.
 * @throws NightshiftError `config-invalid`, in one sentence, when there are no binaries, or the disk or the server refuses
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { log, flags = {}, database = 'nightshift' } = options
  const binaries = await findBinaries()
  const user = await findServerUser()
  const wanted = resolve(options.dataDir)
  const folder = await onDisk(wanted, async () => {
    await mkdir(wanted, { recursive: true })
    return realpath(wanted)
  })
  const takeTurns = <T>(work: () => Promise<T>) =>
    onDisk(folder, () => withFileLock(join(folder, 'lock'), LOCK_MS, work))
  const enter = () =>
    takeTurns(async () => joinServer(folder, await findPlace(folder, binaries, user, log), flags, database))

  const first = await enter()
  const { port } = first.postmaster
  log.info({ port, data: first.cluster }, `embedded PostgreSQL: ${first.adopted ? 'joined' : 'started'}`)
  const leave = stayJoined(first, enter, log)
  let stopped: Promise<void> | null = null
  return {
    url: `postgres://${DATABASE_USER}:${first.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    adopted: first.adopted,
    stop: () => {
      stopped ??= leave().then((joined) => takeTurns(() => leaveServer(joined, log)))
      return stopped
    },
  }
}

/** Comes back, and starts the server again, whenever it goes away under us. Returns how to stop that. */
function stayJoined(first: Joined, enter: () => Promise<Joined>, log: Log): () => Promise<Joined> {
  let current = Promise.resolve(first)
  let leaving = false

  const watch = (joined: Joined): void => {
    // 'end' always follows, and is what we act on; unhandled, 'error' would end the process.
    joined.presence.on('error', (error) =>
      log.debug({ error: sentence(error) }, 'embedded PostgreSQL: connection lost'),
    )
    joined.presence.once('end', () => {
      if (!leaving) current = comeBack(joined)
    })
  }
  const comeBack = async (lost: Joined): Promise<Joined> => {
    while (!leaving) {
      try {
        const joined = await enter()
        watch(joined)
        const ports = { port: joined.postmaster.port, portBefore: lost.postmaster.port }
        log.warn(ports, 'embedded PostgreSQL: had ended, is back')
        return joined
      } catch (error) {
        log.error({ error: sentence(error) }, 'embedded PostgreSQL: has ended and does not come back')
        await sleep(REVIVE_MS)
      }
    }
    return lost
  }

  watch(first)
  return () => {
    leaving = true
    return current
  }
}
