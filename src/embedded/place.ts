import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../domain/log.ts'
import { type Binaries, canRun, copyBinaries } from './binaries.ts'
import { embeddedProblem } from './problem.ts'
import { canEnter, type ServerUser } from './server-user.ts'

/** Where things are, once it is known who runs the server. */
export type Place = {
  user: ServerUser
  /** Folder with initdb and postgres. */
  bin: string
  /** PostgreSQL's data directory; it may not be there yet. */
  cluster: string
}

/** Folders for what the server's user cannot reach below the wanted one, in order of preference. */
const REACHABLE = ['/var/lib/nightshift', join(tmpdir(), 'nightshift')]

/**
 * Says where binaries and data go. Beside each other in the wanted folder, unless the server runs as another user who cannot
 * enter it (a clone below /root): then in a folder of the system, remembered in the file `location`.
 * @throws NightshiftError `config-invalid` when no folder will do
 */
export async function findPlace(
  dataDir: string,
  binaries: Binaries,
  user: ServerUser,
  log: Log,
  reachable: readonly string[] = REACHABLE,
): Promise<Place> {
  if (user !== null) await chmod(dataDir, 0o711)
  const cluster = await findCluster(dataDir, user, log, reachable)
  if (user === null || (await canRun(binaries.folder, user)))
    return { user, bin: join(binaries.folder, 'bin'), cluster }
  const copy = await copyBinaries(binaries, await firstReachable(user, reachable))
  log.info({ wanted: binaries.folder, copy }, `user ${user.name} cannot reach PostgreSQL in node_modules: runs a copy`)
  return { user, bin: join(copy, 'bin'), cluster }
}

async function findCluster(dataDir: string, user: ServerUser, log: Log, reachable: readonly string[]): Promise<string> {
  const note = join(dataDir, 'location')
  const noted = await readFile(note, 'utf8').catch(() => null)
  if (noted !== null) {
    const folder = noted.trim()
    await stat(folder).catch((cause) => {
      throw embeddedProblem(
        `its data was in ${folder} and is gone (delete ${dataDir} to begin anew, without it)`,
        cause,
      )
    })
    return join(folder, 'cluster')
  }
  if (user === null || (await canEnter(user, dataDir))) return join(dataDir, 'cluster')
  const folder = await mkdtemp(join(await firstReachable(user, reachable), 'data-'))
  await chmod(folder, 0o711)
  await writeFile(note, `${folder}\n`)
  log.info({ wanted: dataDir, folder }, `user ${user.name} cannot enter ${dataDir}: the data is kept in ${folder}`)
  return join(folder, 'cluster')
}

async function firstReachable(user: ServerUser, reachable: readonly string[]): Promise<string> {
  for (const folder of reachable) {
    if ((await isOurs(folder)) && (await canEnter(user, folder))) return folder
  }
  throw embeddedProblem(`user ${user?.name} cannot reach the wanted folder, nor any of ${reachable.join(', ')}`)
}

/** Makes the folder where it is missing. One that somebody else could have prepared, or can write to, is not trusted. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const found = await lstat(folder)
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return false
    await chmod(folder, 0o755)
    return true
  } catch {
    // Not to be had (read-only, no permission): the next one is asked.
    return false
  }
}

/** Deletes a stopped server's folder and all its data, also where that had to be kept elsewhere. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const elsewhere = await readFile(join(dataDir, 'location'), 'utf8').catch(() => null)
  if (elsewhere !== null) await rm(elsewhere.trim(), { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true })
}
