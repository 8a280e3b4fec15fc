import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sentence } from '../domain/errors.ts'
import { run } from './child.ts'
import type { Place } from './place.ts'
import { embeddedProblem } from './problem.ts'
import { asUser, type ServerUser } from './server-user.ts'

/** The server's one user, a superuser of its own cluster. */
export const DATABASE_USER = 'nightshift'

/**
 * Makes the cluster where there is none, and returns its password. It is initialised under another name and then renamed, so
 * that one that was interrupted half-way is never taken for a cluster.
 * @throws NightshiftError `config-invalid` when initdb fails, or when a cluster is there and its password is not
 */
export async function ensureCluster(dataDir: string, place: Place): Promise<string> {
  const passwordFile = join(dataDir, 'password')
  const kept = await readFile(passwordFile, 'utf8').catch(() => null)
  const exists = await stat(join(place.cluster, 'PG_VERSION')).catch(() => null)
  if (exists && kept) return kept.trim()
  if (exists) throw embeddedProblem(`its data is in ${place.cluster}, but its password is missing: ${passwordFile}`)

  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await initialise(place, password)
  return password
}

async function initialise({ bin, cluster, user }: Place, password: string): Promise<void> {
  const draft = `${cluster}.new`
  const passwordForInitdb = `${cluster}.password`
  await rm(draft, { recursive: true, force: true })
  await rm(passwordForInitdb, { force: true })
  try {
    await mkdir(draft, { mode: 0o700 })
    await writeFile(passwordForInitdb, `${password}\n`, { mode: 0o600, flag: 'wx' })
    await handOver(user, draft, passwordForInitdb)
    await run(join(bin, 'initdb'), initdbArguments(draft, passwordForInitdb), asUser(user))
    await rename(draft, cluster)
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    throw embeddedProblem(`initdb failed (${sentence(error)})`, error)
  } finally {
    await rm(passwordForInitdb, { force: true })
  }
}

// The built-in locale provider: the order of texts must not depend on which locales a machine happens to have.
function initdbArguments(draft: string, passwordFile: string): string[] {
  return [
    `--pgdata=${draft}`,
    `--username=${DATABASE_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
}

async function handOver(user: ServerUser, ...paths: string[]): Promise<void> {
  if (user === null) return
  for (const path of paths) await chown(path, user.uid, user.gid)
}
