import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPolicies, loadPolicies } from '../../src/policy/load.ts'
import { problemText } from '../../src/policy/problem.ts'
import { catalogue } from './catalogue.ts'

const SEVERITY = `
people: { ana: { name: Ana } }
groups: { "@oncall": [ana] }
matrix:
  P1: { acknowledgeWithin: 15m, chain: [ana] }
  P2: { acknowledgeWithin: 15m, chain: [ana] }
  P3: { acknowledgeWithin: 15m, chain: [ana] }
  P4: { acknowledgeWithin: 15m, chain: [ana] }
  SEC: { acknowledgeWithin: 15m, chain: [ana] }
`
const policy = (system: string, rule = `match: [alertname="${system}"]`) => `system: ${system}
owner: team
targets: { db: { kind: postgres } }
rules: [{ name: ${system}-rule, severity: P2, ${rule} }]
`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-policies-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}
const problems = async () =>
  (await checkPolicies(folder, catalogue)).problems.map((problem) => problemText(problem).replaceAll(`${folder}/`, ''))

describe('a folder of policies', () => {
  it('is read in order of file names, with severity.yaml, and without the folders in it', async () => {
    await write({ 'b.yaml': policy('b'), 'a.yml': policy('a'), 'severity.yaml': SEVERITY, 'README.md': '#' })
    await mkdir(join(folder, 'alerts'))
    await writeFile(join(folder, 'alerts', 'a.rules.yaml'), 'groups: []')

    const set = await loadPolicies(folder, catalogue)

    expect(set.policies.map(({ system }) => system)).toEqual(['a', 'b'])
    expect(set.policies.map(({ file }) => file)).toEqual([join(folder, 'a.yml'), join(folder, 'b.yaml')])
    expect(set.severity.groups).toEqual({ '@oncall': ['ana'] })
  })

  it('that holds nothing is one clear problem', async () => {
    expect(await problems()).toEqual([`${folder}:1:1: no policy in this folder; expected <system>.yaml`])
  })

  it('that holds people and no policy is one clear problem', async () => {
    await write({ 'severity.yaml': SEVERITY })

    expect(await problems()).toEqual([`${folder}:1:1: no policy in this folder; expected <system>.yaml`])
  })

  it('that is not there is one clear problem', async () => {
    const { problems } = await checkPolicies(join(folder, 'gone'), catalogue)

    expect(problems.map(problemText)).toEqual([`${folder}/gone:1:1: no such folder`])
  })

  it('without severity.yaml says so, beside what is wrong in the policies', async () => {
    await write({ 'a.yaml': policy('a').replace('P2', 'P7') })

    expect(await problems()).toEqual([
      'a.yaml:4:35: unknown severity "P7"; expected P1, P2, P3, P4, SEC',
      'severity.yaml:1:1: is missing: people, groups and the severity matrix',
    ])
  })

  it('tells of all files at once', async () => {
    await write({ 'a.yaml': 'x: 1', 'b.yaml': '\tx', 'severity.yaml': 'people: 5' })

    expect(new Set((await problems()).map((line) => line.split(':')[0]))).toEqual(
      new Set(['a.yaml', 'b.yaml', 'severity.yaml']),
    )
  })

  it('refuses a second file for a system, and names the first', async () => {
    await write({ 'a.yaml': policy('shop'), 'b.yaml': policy('shop', 'match: [x="y"]'), 'severity.yaml': SEVERITY })

    expect(await problems()).toEqual(['b.yaml:1:9: a second file for the system "shop"; the first is a.yaml:1:9'])
  })

  it('refuses a rule that a rule of another file always precedes', async () => {
    await write({ 'a.yaml': policy('a', 'match: [team="x"]'), 'severity.yaml': SEVERITY })
    await write({ 'b.yaml': policy('b', 'match: [team="x", alertname="B"]') })

    expect(await problems()).toEqual([
      'b.yaml:4:17: rule "b-rule" never decides: "a-rule" at a.yaml:4:17 matches first whatever it matches',
    ])
  })

  it('lets two systems name a rule alike', async () => {
    await write({ 'a.yaml': policy('a').replace('a-rule', 'same'), 'b.yaml': policy('b').replace('b-rule', 'same') })
    await write({ 'severity.yaml': SEVERITY })

    expect(await problems()).toEqual([])
  })
})

describe('loadPolicies', () => {
  it('throws bad-policy with all problems as data', async () => {
    await write({ 'a.yaml': policy('a').replace('system: a', 'system: A'), 'severity.yaml': SEVERITY })

    await expect(loadPolicies(folder, catalogue)).rejects.toMatchObject({
      code: 'bad-policy',
      message: expect.stringContaining('a.yaml:1:9: expected a name'),
      data: { problems: [{ file: join(folder, 'a.yaml'), line: 1, column: 9 }] },
    })
  })
})

describe('the hash', () => {
  const load = async (files: Record<string, string>) => {
    await write({ 'severity.yaml': SEVERITY, ...files })
    return loadPolicies(folder, catalogue)
  }

  it('is the same for the same files, whatever the order in which they were written', async () => {
    const first = await load({ 'a.yaml': policy('a'), 'b.yaml': policy('b') })
    await rm(join(folder, 'a.yaml'))
    const second = await load({ 'a.yaml': policy('a') })

    expect(second.hash).toBe(first.hash)
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it("changes with any file: a policy's own with its bytes, the set's with severity.yaml too", async () => {
    const before = await load({ 'a.yaml': policy('a') })
    const severity = await load({ 'a.yaml': policy('a'), 'severity.yaml': `${SEVERITY}# x\n` })
    const own = await load({ 'a.yaml': `${policy('a')}# x\n` })

    expect(severity.policies[0]?.hash).toBe(before.policies[0]?.hash)
    expect(own.policies[0]?.hash).not.toBe(before.policies[0]?.hash)
    expect(new Set([before.hash, severity.hash, own.hash]).size).toBe(3)
  })
})
