import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Program, startProgram } from '../../../src/cli/demo/program.ts'

/** A server that answers with its process id. */
const SERVER = `const [port] = process.argv.slice(1)
require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(port, '127.0.0.1')`

function program(code: string, ...more: string[]): Program {
  return {
    name: 'a-server',
    path: process.execPath,
    args: (port) => ['-e', code, String(port), ...more],
    ready: '/',
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a program listens on a loopback port of its own until it is stopped', async () => {
  const [one, two] = await Promise.all([startProgram(program(SERVER)), startProgram(program(SERVER))])
  expect(one.url).not.toBe(two.url)
  const pid = Number(await (await fetch(one.url)).text())
  expect(isAlive(pid)).toBe(true)
  await one.stop()
  expect(isAlive(pid)).toBe(false)
  expect((await fetch(two.url)).status).toBe(200)
  await two.stop()
  await two.stop()
})

test('a program that does not listen to SIGTERM is ended all the same', async () => {
  const { url, stop } = await startProgram(program(`process.on('SIGTERM', () => {});${SERVER}`))
  const pid = Number(await (await fetch(url)).text())
  await stop()
  // Killed together with the shell that would have collected it, it is listed until somebody else does.
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 })
}, 20_000)

test('a program ends when we are killed without a chance to stop it', async () => {
  const { child, pid } = await startedBySomeoneElse()
  expect(isAlive(pid)).toBe(true)
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 })
}, 20_000)

test('a program that gives up is an error with its last words', async () => {
  const code = `console.error('reading a-server.yml'); console.error('line 3: no such key'); process.exit(1)`
  await expect(startProgram(program(code))).rejects.toMatchObject({
    code: 'config-invalid',
    message: 'a-server does not start: line 3: no such key',
  })
})

test('a program whose port was taken meanwhile is started again on another one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-program-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const code = `const { existsSync, writeFileSync } = require('node:fs')
const [, flag] = process.argv.slice(1)
if (!existsSync(flag)) { writeFileSync(flag, ''); console.error('bind: address already in use'); process.exit(1) }
${SERVER}`
  const { url, stop } = await startProgram(program(code, join(folder, 'was-here')))
  expect((await fetch(url)).status).toBe(200)
  await stop()
})

/** Another process of ours that starts a program, and the program's id. */
async function startedBySomeoneElse(): Promise<{ child: ChildProcess; pid: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-program-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const script = join(folder, 'starter.ts')
  const module = new URL('../../../src/cli/demo/program.ts', import.meta.url).href
  await writeFile(
    script,
    `import { startProgram } from ${JSON.stringify(module)}
const args = (port: number) => ['-e', ${JSON.stringify(SERVER)}, String(port)]
const { url } = await startProgram({ name: 'a-server', path: process.execPath, args, ready: '/' })
console.log(await (await fetch(url)).text())`,
  )
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout, 'data')
  return { child, pid: Number(String(said)) }
}
