import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandOf } from './process-command.ts'

/** A server process that was seen on a cluster. */
export type Postmaster = { pid: number; port: number }

const POLL_MS = 50
const WRITE_MS = 1000

/**
 * Finds the server that already runs on a cluster. PostgreSQL's own check only asks whether the process id in
 * `postmaster.pid` is alive; after a crash that id can belong to anybody, and the cluster would never start again. So we
 * ask who it is, and remove the file of a server that is gone.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const file = join(cluster, 'postmaster.pid')
  const read = () => readFile(file, 'utf8').catch(() => null)
  let text = await read()
  // Just being written by a server whose starter was killed meanwhile: it must not lose its file.
  for (let waited = 0; text === '' && waited < WRITE_MS; waited += POLL_MS) {
    await sleep(POLL_MS)
    text = await read()
  }
  if (text === null) return null
  const [pid, , , port] = text.split('\n').map(Number)
  if (pid && (await isPostmasterOf(pid, cluster))) return { pid, port: port || 0 }
  await rm(file, { force: true })
  return null
}

async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  const command = await commandOf(pid)
  return command.includes('postgres') && (command.includes(cluster) || (await worksIn(pid, cluster)))
}

/** The same folder can have several names (mounts): two servers on it would destroy it. A server works in its data folder. */
async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const [place, ours] = await Promise.all([`/proc/${pid}/cwd`, cluster].map((path) => stat(path).catch(() => null)))
  return !!place && !!ours && place.dev === ours.dev && place.ino === ours.ino
}

/** Ends the server: at once for its clients, cleanly for its data. Insists, at the cost of a recovery, after `patienceMs`. */
export async function stopPostmaster({ pid }: Postmaster, cluster: string, patienceMs = 30_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!(await isPostmasterOf(pid, cluster))) return
    process.kill(pid, signal)
    for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
      if (!(await isPostmasterOf(pid, cluster))) return
      await sleep(POLL_MS)
    }
  }
}
