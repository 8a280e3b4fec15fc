import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { command as check } from '../../src/cli/check.ts'
import { run } from './io.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The command as a person calls it, in a process of its own. */
async function nightshift(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('npx', ['--no-install', 'nightshift', ...args], { cwd: ROOT })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

describe('npx nightshift, in the repository', { timeout: 30_000 }, () => {
  it('--help lists the commands', async () => {
    const { code, out } = await nightshift('--help')

    expect(code).toBe(0)
    for (const name of ['serve', 'check', 'explain', 'handlers'])
      expect(out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'))
  })

  it('--version says which', async () => {
    expect((await nightshift('--version')).out).toMatch(/^nightshift \d+\.\d+\.\d+\n$/)
  })

  it('without a command shows the same and ends with 2', async () => {
    const { code, err } = await nightshift()

    expect(code).toBe(2)
    expect(err).toContain('usage: nightshift COMMAND')
  })

  it('with an unknown command asks whether another was meant and ends with 2', async () => {
    const { code, err, out } = await nightshift('chekc')

    expect(code).toBe(2)
    expect(err).toContain('unknown command "chekc"; did you mean "check"?')
    expect(out).toBe('')
  })
})

describe('a command', () => {
  it.each(['--help', '-h'])('with %s says how it is called, and does nothing else', async (flag) => {
    const { code, out } = await run(check, ['/nowhere', flag])

    expect(code).toBe(0)
    expect(out).toContain('usage: nightshift check')
  })
})
