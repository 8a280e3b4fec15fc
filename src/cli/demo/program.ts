import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { NightshiftError } from '../../domain/errors.ts'
import { freePort } from '../../embedded/free-port.ts'

/** A server program of somebody else's that speaks HTTP. */
export type Program = {
  name: string
  path: string
  /** Its arguments, when it is to listen on that loopback port. */
  args: (port: number) => string[]
  env?: Readonly<Record<string, string>>
  /** Path that answers 200 once it is up. */
  ready: string
}

export type RunningProgram = { url: string; stop: () => Promise<void> }

const READY_MS = 20_000
const POLL_MS = 50
const PATIENCE_MS = 5000
const ATTEMPTS = 3

// The program ends when our end of the pipe closes: by `stop`, and as well when we are killed without a chance to tidy up.
const ENDS_WITH_US =
  'exec 3<&0; "$@" 3<&- </dev/null & program=$!; { cat <&3; kill "$program"; } >/dev/null 2>&1 & wait "$program"'

/**
 * Starts a program on a free loopback port and waits until it is ready. It sees nothing of our environment but PATH, and
 * never outlives us.
 * @throws NightshiftError `config-invalid` with the program's own last words
 */
export async function startProgram(program: Program): Promise<RunningProgram> {
  for (let attempt = 1; ; attempt++) {
    const started = await tryToStart(program, await freePort())
    if ('url' in started) return started
    // A free port can be gone by the time that the program binds it.
    if (attempt === ATTEMPTS || !started.said.includes('address already in use')) {
      const words = started.said.trim().split('\n').at(-1)
      throw new NightshiftError('config-invalid', `${program.name} does not start: ${words || 'it says nothing'}`)
    }
  }
}

async function tryToStart(program: Program, port: number): Promise<RunningProgram | { said: string }> {
  const { path, args, env, ready } = program
  const url = `http://127.0.0.1:${port}`
  // Detached: a Ctrl-C in the terminal is for us, who stop the programs in their order.
  const child = spawn('/bin/sh', ['-c', ENDS_WITH_US, 'sh', path, ...args(port)], {
    env: { PATH: process.env.PATH, ...env },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4000)
  })
  // The pipe is only there to be closed; that the other side closed it first is no news.
  child.stdin.on('error', () => {})
  for (let waited = 0; waited < READY_MS && isRunning(child); waited += POLL_MS) {
    if (await answers(`${url}${ready}`)) return { url, stop: () => stop(child) }
    await pause(POLL_MS)
  }
  const late = isRunning(child)
  await stop(child)
  return { said: late ? `not ready after ${READY_MS / 1000} s` : said }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok
  } catch {
    // Not up yet: asked again.
    return false
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  const insist = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), PATIENCE_MS)
  await gone
  clearTimeout(insist)
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}
