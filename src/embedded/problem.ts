import { NightshiftError, sentence } from '../domain/errors.ts'

const DISK_PROBLEMS: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOENT: 'a folder cannot be made',
  ENOTDIR: 'something on the way to it is not a folder',
}

/** A reason why the embedded PostgreSQL cannot be used, with the way out that always works. */
export function embeddedProblem(what: string, cause?: unknown): NightshiftError {
  return new NightshiftError(
    'config-invalid',
    `the embedded PostgreSQL cannot be used: ${what}; put that right, or set DATABASE_URL to a PostgreSQL of your own`,
    {},
    cause,
  )
}

/** Runs work on the disk; what the operating system refuses becomes one sentence that names the folder. */
export async function onDisk<T>(folder: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const known = DISK_PROBLEMS[code]
    if (known === undefined) throw error
    throw embeddedProblem(`${known} in ${folder} (${sentence(error)})`, error)
  }
}
