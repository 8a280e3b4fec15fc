import { run } from './child.ts'
import { embeddedProblem } from './problem.ts'

/** User that the server runs as; null: the user that we are. */
export type ServerUser = { name: string; uid: number; gid: number } | null

/**
 * PostgreSQL refuses to run as root. As root we take a user that is there already: `postgres`, else `nobody`; we never
 * make one.
 * @throws NightshiftError `config-invalid` when root finds neither
 */
export async function findServerUser(ownUid = process.getuid?.()): Promise<ServerUser> {
  if (ownUid !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const ids = await idsOf(name)
    if (ids !== null && ids.uid !== 0) return { name, ...ids }
  }
  throw embeddedProblem('PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody')
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid), gid: Number(gid) }
  } catch {
    // `id` fails for a user that is not there: the answer that was asked for.
    return null
  }
}

/** What `spawn` needs to start a process as that user. */
export function asUser(user: ServerUser): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid }
}

/** Can that user enter the folder? Asked by trying: modes alone would miss access lists and mount options. */
export function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  return run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], asUser(user)).then(
    () => true,
    () => false,
  )
}
