import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./use-server.ts', import.meta.url))

/** Another process that uses the embedded server of a folder. */
export type Other = {
  url: string
  adopted: boolean
  /** Ends it in good order. */
  leave: () => Promise<void>
  kill: () => Promise<void>
}

/** Starts one, as another user where `uid` says so, and waits until it has its server. */
export async function startOther(dataDir: string, uid?: number): Promise<Other> {
  const as = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, [SCRIPT, dataDir], { ...as, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [said] = (await Promise.race([once(lines, 'line'), gone.then(() => ['null'])])) as [string]
  const got = JSON.parse(said) as { url: string; adopted: boolean } | null
  if (got === null) throw new Error('the other process ended before it had a server')
  return {
    ...got,
    leave: async () => {
      child.stdin.end()
      await gone
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
