import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { findBinaries } from '../../src/embedded/binaries.ts'
import { ensureCluster } from '../../src/embedded/cluster.ts'
import { launchPostmaster } from '../../src/embedded/launch.ts'
import { onDisk } from '../../src/embedded/problem.ts'
import { startEmbedded } from '../../src/embedded/server.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-test-problems-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('one sentence with the way out', () => {
  test('when the optional package is not installed', async () => {
    await expect(findBinaries(pathToFileURL(join(folder, 'module.js')).href)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/package for \w+-\w+ is not installed .*set DATABASE_URL/),
    })
  })

  test('when something is in the way of the folder', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(startEmbedded({ dataDir: join(folder, 'file', 'data'), log: silentLog })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/not a folder.*set DATABASE_URL/),
    })
  })

  test.each([
    ['EROFS', 'the disk is read-only in /data'],
    ['ENOSPC', 'the disk is full in /data'],
    ['EACCES', 'permission is denied in /data'],
  ])('when the operating system says %s', async (code, words) => {
    const refuse = () => Promise.reject(Object.assign(new Error(`${code}: refused`), { code }))
    await expect(onDisk('/data', refuse)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(words),
    })
  })

  test('when the data is there and its password is not', async () => {
    await writeFile(join(folder, 'PG_VERSION'), '18\n')
    const place = { user: null, bin: '/nowhere', cluster: folder }
    await expect(ensureCluster(folder, place)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(`its password is missing: ${join(folder, 'password')}`),
    })
  })

  test('when the program cannot be run here', async () => {
    const place = { user: null, bin: folder, cluster: join(folder, 'cluster') }
    await expect(launchPostmaster(folder, place, 'secret', {})).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/does not start \(spawn .*ENOENT/),
    })
  })
})

test('an error that is no fault of the disk passes through as it is', async () => {
  const fault = new Error('a mistake of ours')
  await expect(onDisk('/data', () => Promise.reject(fault))).rejects.toBe(fault)
})
