import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Root of the repo. */
export const REPO = resolve(import.meta.dirname, '../..')

/** Paths, from the root, of all files below the folders whose name ends so; sorted. Folders that do not exist are empty. */
export function filesBelow(folders: readonly string[], ending: string): string[] {
  return folders
    .filter((folder) => existsSync(join(REPO, folder)))
    .flatMap((folder) =>
      readdirSync(join(REPO, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((path) => path.endsWith(ending))
    .sort()
}

/** Text of a file, by its path from the root. */
export function textOf(path: string): string {
  return readFileSync(join(REPO, path), 'utf8')
}

/** True when the path, from the root, is there. */
export function isThere(path: string): boolean {
  return existsSync(join(REPO, path))
}

/** Everything that people read: the pages at the root and below docs/. */
export function pages(): string[] {
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow(['docs'], '.md')].filter(isThere)
}
