import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandOf } from './process-command.ts'

/** A server process that was seen on a cluster. */
export type Postmaster = { pid: number; port: number }

const POLL_MS = 50

/**
 * Finds the server that already runs on a cluster. PostgreSQL's own check only asks whether the process id in
 * `postmaster.pid` is alive; after a crash that id can belong to anybody, and the cluster would never start again. So we
 * ask who it is, and remove the file of a server that is gone.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | null> {
  const file = join(cluster, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const [pid, , , port] = text.split('\n').map(Number)
  if (pid && (await isPostmasterOf(pid, cluster))) return { pid, port: port || 0 }
  await rm(file, { force: true })
  return null
}

async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  const command = await commandOf(pid)
  return command.includes('postgres') && command.includes(cluster)
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
