import { describe } from 'vitest'
import { findProgram, programFolders } from '../../src/cli/demo/find-program.ts'
import { leftOutTitle } from './left-out.ts'

const FOLDERS = programFolders(process.env.PATH ?? '')

/** Path of a server's program on this machine, or null. */
export function findServer(name: string): string | null {
  return findProgram(name, FOLDERS)
}

/**
 * A suite that needs real servers. Where one is missing its tests count as skipped, and the summary at the end of the run
 * says so; with `TEST_ALL_SERVERS=1` they fail instead, so that nothing is left out in CI.
 */
export function describeWith(servers: readonly string[], title: string, suite: () => void): void {
  const missing = servers.filter((name) => findServer(name) === null)
  if (missing.length === 0) describe(title, suite)
  else if (process.env.TEST_ALL_SERVERS === '1') throw new Error(`${title}: no ${missing.join(', ')} on this machine`)
  else describe.skip(leftOutTitle(title, missing), suite)
}

/** Path of a server that `describeWith` has found. */
export function serverPath(name: string): string {
  const path = findServer(name)
  if (path === null) throw new Error(`no ${name} on this machine: use describeWith`)
  return path
}
