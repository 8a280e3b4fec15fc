import { execFile } from 'node:child_process'

/**
 * Runs a program to its end. From '/' and with an environment of our own: the folder we are in may be closed to the server's
 * user, and somebody's PGDATA or PGPORT must not reach our server.
 * @throws Error with what the program wrote to its standard error
 */
export function run(file: string, args: readonly string[], as: { uid?: number; gid?: number } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...as, cwd: '/', env: CHILD_ENV }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(stderr.trim().split('\n').at(-1) || error.message, { cause: error }))
    })
  })
}

export const CHILD_ENV: NodeJS.ProcessEnv = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' }
