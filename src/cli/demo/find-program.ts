import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's names, where they differ from the upstream ones. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  alertmanager: 'prometheus-alertmanager',
  postgres_exporter: 'prometheus-postgres-exporter',
}

/** Folders that may hold programs: those of PATH, and those where Debian puts servers, which a plain user's PATH can lack. */
export function programFolders(searchPath: string): string[] {
  return [...searchPath.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/usr/local/sbin']
}

/** Path of a program, asked for by its upstream name, in the first folder that has it; else null. */
export function findProgram(name: string, folders: readonly string[]): string | null {
  for (const file of [name, OTHER_NAMES[name]]) {
    const path = file === undefined ? undefined : folders.map((folder) => join(folder, file)).find(isExecutable)
    if (path !== undefined) return path
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
