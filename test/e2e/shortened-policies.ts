import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parse } from 'yaml'

type Policy = { rules: { name: string; steps: { do: string; with: Record<string, unknown> }[] }[] }

/**
 * A copy of the shipped policies in which a session counts as forgotten after 5 s instead of a minute: the first step of
 * `database-connections-saturated`, and nothing else. Returns its folder.
 */
export async function shortenedPolicies(): Promise<string> {
  const shipped = await readFile('policies/fluxbase.yaml', 'utf8')
  const shortened = shipped.replace('idleFor: 1m,', 'idleFor: 5s,')
  const wanted = parse(shipped) as Policy
  const step = wanted.rules.find(({ name }) => name === 'database-connections-saturated')?.steps[0]
  expect(step).toMatchObject({ do: 'postgres/terminate-idle-sessions', with: { idleFor: '1m' } })
  if (step) step.with.idleFor = '5s'
  expect(parse(shortened)).toEqual(wanted)

  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-policies-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'fluxbase.yaml'), shortened)
  await writeFile(join(folder, 'severity.yaml'), await readFile('policies/severity.yaml', 'utf8'))
  return folder
}
