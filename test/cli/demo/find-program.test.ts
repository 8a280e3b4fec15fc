import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { findProgram, programFolders } from '../../../src/cli/demo/find-program.ts'
import { findChainPrograms } from '../../../src/cli/demo/real-chain.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-test-programs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})

async function put(name: string, mode = 0o755): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, '#!/bin/sh\n')
  await chmod(path, mode)
  return path
}

test('a program is found by its upstream name and by Debian’s', async () => {
  const path = await put('prometheus-alertmanager')
  expect(findProgram('alertmanager', [folder])).toBe(path)
  const upstream = await put('alertmanager')
  expect(findProgram('alertmanager', [folder])).toBe(upstream)
})

test('neither a file that cannot be run nor a folder is a program', async () => {
  await put('prometheus', 0o644)
  await mkdir(join(folder, 'alertmanager'))
  expect(findProgram('prometheus', [folder])).toBe(null)
  expect(findProgram('alertmanager', [folder])).toBe(null)
})

test('an empty entry of PATH does not make the working folder one', () => {
  expect(programFolders(`/a::/b`).slice(0, 2)).toEqual(['/a', '/b'])
})

test('a chain with programs missing names each of them and says how to get them', async () => {
  await put('prometheus')
  expect(() => findChainPrograms([folder])).toThrow(
    /^the real chain needs alertmanager, postgres_exporter, not found here: .*apt-get install/,
  )
})
