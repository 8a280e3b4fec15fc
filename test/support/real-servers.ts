import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'
import { leftOutTitle } from './left-out.ts'

/** Debian's names, where they differ from the upstream ones. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  alertmanager: 'prometheus-alertmanager',
  postgres_exporter: 'prometheus-postgres-exporter',
}

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** Path of a server's program on this machine, or null. */
export function findServer(name: string): string | null {
  for (const file of [name, OTHER_NAMES[name]]) {
    const path = file === undefined ? undefined : FOLDERS.map((folder) => join(folder, file)).find(isExecutable)
    if (path !== undefined) return path
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
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
