import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { command } from '../../src/cli/check.ts'
import { policySchema } from '../../src/policy/json-schema.ts'
import { run } from './io.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-check-'))
})
afterEach(() => rm(folder, { recursive: true }))

const FIXTURES = new URL('../policy/fixtures/', import.meta.url)
const put = (fixture: string, name: string) => copyFile(new URL(fixture, FIXTURES), join(folder, name))

describe('nightshift check', () => {
  it('finds nothing in the policies that come with it, and says what it looked at', async () => {
    const { code, out } = await run(command, [])

    expect(code).toBe(0)
    expect(out).toMatch(/^policies\/fluxbase\.yaml: fluxbase, \d+ rules, fine\n$/)
  })

  it('prints every problem of every file as file:line:col: message and ends with 1', async () => {
    await put('everything-at-once.bad.yaml', 'shop.yaml')
    await put('chain-of-nobody.severity.bad.yaml', 'severity.yaml')

    const { code, out } = await run(command, [folder])

    const shown = relative(process.cwd(), folder)
    const lines = out.trimEnd().split('\n')
    expect(code).toBe(1)
    expect(lines.filter((line) => line.startsWith(`${shown}/shop.yaml:`)).length).toBeGreaterThan(15)
    expect(lines).toContain(`${shown}/severity.yaml:11:53: unknown person "bne"; did you mean "ben"?`)
    expect(lines.slice(0, -2).every((line) => /^\S+\.yaml:\d+:\d+: \S/.test(line))).toBe(true)
    expect(lines.at(-1)).toMatch(/^\d+ problems in 2 files$/)
  })

  it('checks the folder of a file that it is given, and each folder once', async () => {
    await put('not-yaml.bad.yaml', 'shop.yaml')
    await put('severity.yaml', 'severity.yaml')

    const { out } = await run(command, [join(folder, 'shop.yaml'), folder])

    expect(out).toMatch(/\n1 problem in 1 file\n$/)
  })

  it('takes the folder from NIGHTSHIFT_POLICIES when none is given', async () => {
    const { code, out } = await run(command, [], { env: { NIGHTSHIFT_POLICIES: join(folder, 'gone') } })

    expect(code).toBe(1)
    expect(out).toContain('gone:1:1: no such folder')
  })

  it('gives problems and policies as JSON', async () => {
    await put('not-yaml.bad.yaml', 'shop.yaml')
    await put('severity.yaml', 'severity.yaml')

    const { code, out } = await run(command, [folder, '--json'])

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ ok: false, problems: [{ line: 11, column: 3 }], policies: [] })
  })

  it('prints the schemas for editors', async () => {
    const printed = async (args: string[]) => JSON.parse((await run(command, args)).out) as unknown

    expect(await printed(['--schema'])).toEqual(policySchema('policy'))
    expect(await printed(['--schema', 'severity'])).toEqual(policySchema('severity'))
  })

  it('does not go on without a folder of handlers that it was told to use', async () => {
    const { code, err } = await run(command, ['--handlers', join(folder, 'gone')])

    expect(code).toBe(1)
    expect(err).toMatch(/no handlers from .*gone/)
  })

  it.each([
    [['--jsom'], 'jsom'],
    [['--schema', 'policies'], '--schema is of "policy" or of "severity"'],
    [['--handlers'], 'handlers'],
  ])('%j is a wrong call: 2, the reason and the usage', async (args, reason) => {
    const { code, err } = await run(command, args)

    expect(code).toBe(2)
    expect(err).toContain(reason)
    expect(err).toContain('usage: nightshift check')
  })

  it('reads a folder whose name looks like an option', async () => {
    await mkdir(join(folder, '--json'))

    const { code, out } = await run(command, ['--', join(folder, '--json')])

    expect(code).toBe(1)
    expect(out).toContain('no policy in this folder')
  })
})
