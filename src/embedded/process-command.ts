import { readFile } from 'node:fs/promises'
import { run } from './child.ts'

/** Command line of a process; empty for one that is not there, and for one that is dead but not yet collected by its parent. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => '')
}
