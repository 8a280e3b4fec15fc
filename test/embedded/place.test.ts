import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { type Binaries, canRun, findBinaries } from '../../src/embedded/binaries.ts'
import { run } from '../../src/embedded/child.ts'
import { findPlace, removeEmbedded } from '../../src/embedded/place.ts'
import { asUser, canEnter, findServerUser } from '../../src/embedded/server-user.ts'
import { startOther } from './other-process.ts'

const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const nobodyReachesUs = await canEnter({ name: 'nobody', uid: NOBODY, gid: NOBODY }, import.meta.dirname)

let folder: string
let reachable: string
let closed: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-test-place-'))
  await chmod(folder, 0o755)
  reachable = join(folder, 'reachable')
  closed = join(folder, 'home')
  await mkdir(join(closed, 'data'), { recursive: true })
  await chmod(closed, 0o700)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

test('who is not root runs the server itself, and root never does', async () => {
  expect(await findServerUser(1000)).toBeNull()
  const user = await findServerUser(0)
  expect(user?.name).toMatch(/^(postgres|nobody)$/)
  expect(user?.uid).not.toBe(0)
})

describe.runIf(isRoot)('as root, in a folder below a home that is closed to others', () => {
  test('data goes where the server user can reach it, and stays there at the next start', async () => {
    const user = await findServerUser()
    const binaries = await findBinaries()
    const said: string[] = []
    const log = { ...silentLog, info: (_: unknown, message: string) => void said.push(message) }
    const dataDir = join(closed, 'data')
    const place = await findPlace(dataDir, binaries, user, log, [reachable])
    expect(dirname(dirname(place.cluster))).toBe(reachable)
    expect(await canEnter(user, dirname(place.cluster))).toBe(true)
    expect(said.filter((line) => line.includes(dirname(place.cluster)))).toHaveLength(1)
    expect(await findPlace(dataDir, binaries, user, log, [reachable])).toEqual(place)

    await removeEmbedded(dataDir)
    await expect(stat(dirname(place.cluster))).rejects.toThrow('ENOENT')
  })

  test('binaries are copied once, so that the server user can run them', async () => {
    const user = await findServerUser()
    const binaries = await closedCopyOfBinaries()
    expect(await canRun(binaries.folder, user)).toBe(false)
    const place = await findPlace(join(closed, 'data'), binaries, user, silentLog, [reachable])
    expect(await run(join(place.bin, 'initdb'), ['--version'], asUser(user))).toMatch(/^initdb \(PostgreSQL\) \d+/)
    const first = await stat(place.bin)
    await findPlace(join(closed, 'data'), binaries, user, silentLog, [reachable])
    expect((await stat(place.bin)).ino).toBe(first.ino)
  })

  test('a folder that somebody else prepared is not trusted', async () => {
    const theirs = join(folder, 'theirs')
    const linked = join(folder, 'linked')
    await mkdir(theirs)
    await chown(theirs, NOBODY, NOBODY)
    await symlink(theirs, linked)
    const user = await findServerUser()
    const find = (candidates: string[]) =>
      findPlace(join(closed, 'data'), { folder: '/', build: 'x' }, user, silentLog, candidates)
    await expect(find([theirs, linked])).rejects.toMatchObject({ code: 'config-invalid' })
  })

  test('data that has gone from its place is never replaced by an empty server', async () => {
    await writeFile(join(closed, 'data', 'location'), `${join(folder, 'gone')}\n`)
    const user = await findServerUser()
    await expect(
      findPlace(join(closed, 'data'), { folder: '/', build: 'x' }, user, silentLog, [reachable]),
    ).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining('is gone') })
  })

  async function closedCopyOfBinaries(): Promise<Binaries> {
    const binaries = await findBinaries()
    const copy = join(closed, 'native')
    await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true })
    return { ...binaries, folder: copy }
  }
})

test.runIf(isRoot && nobodyReachesUs)('a plain user runs a server in a folder of its own', async () => {
  const home = join(folder, 'plain')
  await mkdir(home, { mode: 0o700 })
  await chown(home, NOBODY, NOBODY)
  const other = await startOther(join(home, 'data'), NOBODY)
  expect((await stat(join(home, 'data', 'cluster'))).uid).toBe(NOBODY)
  expect(await readFile(join(home, 'data', 'password'), 'utf8')).toContain(new URL(other.url).password)
  await other.leave()
})
