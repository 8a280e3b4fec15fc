import { execFile } from 'node:child_process'

/**
 * Runs a program to its end. From '/' and with an environment of our own: the folder we are in may be closed to the server's
 * user, and somebody's PGDATA or PGPORT must not reach our server.
 * @throws Error with the program's own words
 */
export function run(file: string, args: readonly string[], as: { uid?: number; gid?: number } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...as, cwd: '/', env: CHILD_ENV }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(tellingLines(stderr) || error.message, { cause: error }))
    })
  })
}

export const CHILD_ENV: NodeJS.ProcessEnv = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' }

/** What PostgreSQL's programs say about a failure, without the lines around it. */
export function tellingLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.filter((line) => /FATAL|PANIC|error:|could not/.test(line))
  return (telling.length > 0 ? telling : lines.slice(-1))
    .map((line) => line.replace(/^.*?(?:FATAL|PANIC|LOG|WARNING|error):\s*/, ''))
    .join('; ')
}
