import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CHILD_ENV, tellingLines } from './child.ts'
import { answers } from './connection.ts'
import { freePort } from './free-port.ts'
import type { Place } from './place.ts'
import type { Postmaster } from './postmaster.ts'
import { embeddedProblem } from './problem.ts'
import { asUser } from './server-user.ts'

/** Settings of postgresql.conf, by name. */
export type Flags = Readonly<Record<string, string>>

const DEFAULT_FLAGS: Flags = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  cluster_name: 'nightshift',
}

const POLL_MS = 50
const ATTEMPTS = 20
/** Replaying the log after a crash can take long; a server that is still at it is left to it. */
const READY_MS = 120_000

/**
 * Starts a server of our own on the cluster, on the port it had last where that is free.
 * @throws NightshiftError `config-invalid` with PostgreSQL's own words when it will not start
 */
export async function launchPostmaster(
  dataDir: string,
  place: Place,
  password: string,
  flags: Flags,
): Promise<Postmaster> {
  const portFile = join(dataDir, 'port')
  const logFile = join(dataDir, 'server.log')
  let port = Number(await readFile(portFile, 'utf8').catch(() => '')) || (await freePort())
  let reason = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const started = await tryToStart(place, port, password, flags, logFile)
    if (started !== null) {
      await writeFile(portFile, `${port}\n`)
      return started
    }
    reason = tellingLines(await readFile(logFile, 'utf8').catch(() => ''))
    if (/could not bind|could not create any TCP/.test(reason)) port = await freePort()
    else if (/shared memory block/.test(reason))
      await sleep(500) // children of a killed server are still leaving
    else break
  }
  throw embeddedProblem(`it does not start (${reason || 'nothing in its log; is the disk full?'}; see ${logFile})`)
}

async function tryToStart(
  place: Place,
  port: number,
  password: string,
  flags: Flags,
  logFile: string,
): Promise<Postmaster | null> {
  const settings = Object.entries({ ...DEFAULT_FLAGS, ...flags }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  await rename(logFile, `${logFile}.old`).catch(() => {})
  const log = openSync(logFile, 'a', 0o600)
  // Detached: a Ctrl-C in the terminal is for Nightshift, which stops the server last; and the server outlives a `kill -9` of
  // ours, to be adopted by the next start instead of recovering.
  const child = spawn(join(place.bin, 'postgres'), ['-D', place.cluster, '-p', String(port), ...settings], {
    ...asUser(place.user),
    cwd: '/',
    env: CHILD_ENV,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  let ended = false
  const end = new Promise<false>((resolve) => {
    child.once('exit', () => resolve(false))
    child.once('error', (error) => writeFile(logFile, `${error.message}\n`).finally(() => resolve(false)))
  }).finally(() => {
    ended = true
  })
  for (let waited = 0; waited < READY_MS && !ended; waited += POLL_MS) {
    const ready = await Promise.race([answers(port, password), end])
    if (ready && !ended && child.pid !== undefined) return { pid: child.pid, port }
    await sleep(POLL_MS)
  }
  if (!ended) child.kill('SIGQUIT')
  return null
}
