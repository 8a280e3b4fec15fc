import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const READY_MS = 30_000

/** A line of the service's log. */
export type LogLine = Readonly<Record<string, unknown>> & { level: string; msg: string }

/** The service as a process of its own: it can be killed without a chance to tidy up. */
export type AppProcess = {
  /** Where it listens; another port after each restart. */
  url: () => string
  /** All that it has logged, over its restarts. */
  log: () => readonly LogLine[]
  /** Ends it as a power cut would. */
  kill9: () => Promise<void>
  /** Stops its clock and its work, as a frozen machine does; it does not notice until `thaw`. */
  freeze: () => void
  thaw: () => void
  /** Asks it to end. @throws when it does so with an error */
  stop: () => Promise<void>
  /** Starts it anew, after `kill9` or `stop`. */
  restart: () => Promise<void>
  /** Makes sure that it is gone, whatever the test was at. */
  remove: () => Promise<void>
}

/**
 * Starts `nightshift serve` on a free port and waits until it listens. It sees nothing of our own environment, so that a
 * developer's DATABASE_URL cannot get into a test.
 */
export async function startAppProcess(env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const lines: LogLine[] = []
  let running = await launch(env, lines)
  return {
    url: () => `http://127.0.0.1:${running.port}`,
    log: () => lines,
    kill9: async () => void (await end(running.child, 'SIGKILL')),
    freeze: () => void running.child.kill('SIGSTOP'),
    thaw: () => void running.child.kill('SIGCONT'),
    stop: async () => {
      const code = await end(running.child, 'SIGTERM')
      if (code !== 0) throw new Error(`the service ended with ${code}\n${tail(lines)}`)
    },
    restart: async () => {
      running = await launch(env, lines)
    },
    remove: async () => void (await end(running.child, 'SIGKILL')),
  }
}

async function launch(
  env: Readonly<Record<string, string>>,
  lines: LogLine[],
): Promise<{ child: ChildProcess; port: number }> {
  const { PATH = '', HOME = '/', TMPDIR } = process.env
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test runner that dies must not leave the service behind.
  const endWithUs = () => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('exit', () => process.off('exit', endWithUs))
  // What Node itself says, of a crash for one, belongs to the story.
  createInterface({ input: child.stderr }).on('line', (msg) => lines.push({ level: 'stderr', msg }))
  const late = AbortSignal.timeout(READY_MS)
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`the service ${what}\n${tail(lines)}`))
    child.once('exit', (code, signal) => fail(`did not start: it ended with ${code ?? signal}`))
    late.addEventListener('abort', () => fail(`does not listen after ${READY_MS} ms`), { once: true })
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = readLine(text)
      lines.push(line)
      if (line.msg.startsWith('listening') && typeof line.port === 'number') resolve(line.port)
    })
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return { child, port }
}

/** Sends the signal, if the process still runs, and waits for its end; returns its exit code, null after a signal. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return child.exitCode
}

function readLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { level: 'none', msg: text }
  }
}

function tail(lines: readonly LogLine[]): string {
  return lines
    .slice(-20)
    .map((line) => JSON.stringify(line))
    .join('\n')
}
