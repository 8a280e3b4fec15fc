import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { embeddedProblem } from './problem.ts'

const SQLITE_BUSY = 5
const RETRY_MS = 50

/**
 * Runs `work` while no other process on this machine holds the same lock file.
 * Node has no flock, and a lock made of a folder or a pid file outlives a `kill -9`, so that somebody must guess whether it
 * is stale. SQLite, which comes with Node, takes a lock of the operating system, which lets go when its process ends.
 * @param waitMs longest time to wait for the other process
 * @throws NightshiftError `config-invalid` when the other process does not let go in time
 */
export async function withFileLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file)
  try {
    await takeLock(lock, file, waitMs)
    return await work()
  } finally {
    lock.close()
  }
}

async function takeLock(lock: DatabaseSync, file: string, waitMs: number): Promise<void> {
  for (let waited = 0; ; waited += RETRY_MS) {
    try {
      lock.exec('PRAGMA journal_mode = memory; BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) {
        throw embeddedProblem(`its lock file ${file} cannot be written`, error)
      }
      if (waited >= waitMs) {
        throw embeddedProblem(`another process has held ${file} for ${waitMs / 1000} s`, error)
      }
      await sleep(RETRY_MS)
    }
  }
}
