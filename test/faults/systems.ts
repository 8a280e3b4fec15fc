import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Episode, type Kind, newEpisode } from './episode.ts'
import { POLICIES } from './lane.ts'

export const TARGETS = ['one', 'two', 'three']

/** A folder of policies for many systems: no guard of one system may hide what a fault does to another. */
export type Systems = { folder: string; names: readonly string[]; remove: () => Promise<void> }

/** Writes the policy of the system `patient` once for each of `count` systems. */
export async function writeSystems(count: number): Promise<Systems> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-policies-'))
  const policy = await readFile(join(POLICIES, 'patient.yaml'), 'utf8')
  const names = Array.from({ length: count }, (_, index) => `patient-${index + 1}`)
  for (const name of names) await writeFile(join(folder, `${name}.yaml`), policy.replaceAll('patient', name))
  await writeFile(join(folder, 'severity.yaml'), await readFile(join(POLICIES, 'severity.yaml'), 'utf8'))
  return { folder, names, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** One fresh alert for every target of every system. */
export function oneForEachTarget(systems: readonly string[], kind: Kind): Episode[] {
  return systems.flatMap((system) => TARGETS.map((target) => newEpisode(kind, target, system)))
}
