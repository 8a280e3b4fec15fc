import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { removeEmbedded } from '../../src/embedded/place.ts'
import { findPostmaster } from '../../src/embedded/postmaster.ts'
import { type Embedded, startEmbedded } from '../../src/embedded/server.ts'
import { startOther } from './other-process.ts'

let dataDir: string
const started: Embedded[] = []

async function start(flags: Record<string, string> = { fsync: 'off' }): Promise<Embedded> {
  const server = await startEmbedded({ dataDir, log: silentLog, flags })
  started.push(server)
  return server
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function serverPid(): Promise<number> {
  return readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').then((text) => Number(text.split('\n')[0]))
}

const isRunning = () => existsSync(join(dataDir, 'cluster', 'postmaster.pid'))

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'nightshift-test-embedded-'))
})

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop()
  await removeEmbedded(dataDir)
})

describe('a server of our own', () => {
  test('listens on loopback only, keeps its data safe, and speaks UTF-8 on every machine', async () => {
    const { url, adopted } = await start({})
    expect(adopted).toBe(false)
    const settings = `select name, setting from pg_settings where name in
      ('listen_addresses', 'unix_socket_directories', 'fsync', 'server_encoding', 'password_encryption', 'max_connections')`
    expect(Object.fromEntries((await ask(url, settings)).map((row) => [row.name, row.setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      server_encoding: 'UTF8',
      password_encryption: 'scram-sha-256',
      max_connections: '100',
    })
    expect(await ask(url, `select datlocale, datname from pg_database where datname = current_database()`)).toEqual([
      { datlocale: 'C.UTF-8', datname: 'nightshift' },
    ])
  })

  test('wants its password, which only we can read', async () => {
    const url = new URL((await start()).url)
    expect(((await stat(join(dataDir, 'password'))).mode & 0o777).toString(8)).toBe('600')
    expect(url.password.length).toBeGreaterThanOrEqual(32)
    url.password = 'guessed'
    await expect(ask(url.href, 'select 1')).rejects.toThrow('password authentication failed')
  })

  test('keeps data and address over a stop and a start', async () => {
    const first = await start()
    await ask(first.url, 'create table kept as select 1 as a')
    await first.stop()
    expect(isRunning()).toBe(false)
    const second = await start()
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'select a from kept')).toEqual([{ a: 1 }])
  })

  test('leaves the signals of the process alone', async () => {
    const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtException'] as const
    const before = events.map((event) => process.listenerCount(event))
    await start()
    expect(events.map((event) => process.listenerCount(event))).toEqual(before)
  })

  test('takes another port when its own was taken meanwhile', async () => {
    const first = await start()
    await first.stop()
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
    try {
      const second = await start()
      expect(second.url).not.toBe(first.url)
      expect(await ask(second.url, 'select 1 as a')).toEqual([{ a: 1 }])
    } finally {
      squatter.close()
    }
  })

  test('begins anew after a start that was cut off while it made the data folder', async () => {
    await mkdir(join(dataDir, 'cluster.new', 'base'), { recursive: true })
    await writeFile(join(dataDir, 'cluster.new', 'PG_VERSION'), '18\n')
    await writeFile(join(dataDir, 'password'), 'from-before\n')
    expect(await ask((await start()).url, 'select 1 as a')).toEqual([{ a: 1 }])
  })
})

describe('several processes on one folder', () => {
  test('share one server when they start at the same moment, and the last one out stops it', async () => {
    const [one, two, three] = await Promise.all([startOther(dataDir), startOther(dataDir), startOther(dataDir)])
    expect([one, two, three].map((other) => other.adopted).sort()).toEqual([false, true, true])
    expect(new Set([one.url, two.url, three.url]).size).toBe(1)
    await one.leave()
    await two.leave()
    expect(await ask(three.url, 'select 1 as a')).toEqual([{ a: 1 }])
    await three.leave()
    expect(isRunning()).toBe(false)
  })

  test('a process that was killed leaves the server to the next, with its data, and does not count as a user', async () => {
    const killed = await startOther(dataDir)
    await ask(killed.url, 'create table kept as select 1 as a')
    await killed.kill()
    const next = await start()
    expect(next).toMatchObject({ adopted: true, url: killed.url })
    expect(await ask(next.url, 'select a from kept')).toEqual([{ a: 1 }])
    await next.stop()
    expect(isRunning()).toBe(false)
  })
})

test('a folder under another name is the same folder, and never gets a second server', async () => {
  const { url } = await start()
  const link = `${dataDir}-link`
  await symlink(dataDir, link)
  try {
    const again = await startEmbedded({ dataDir: link, log: silentLog })
    started.push(again)
    expect(again).toMatchObject({ adopted: true, url })
    expect(await findPostmaster(join(link, 'cluster'))).toMatchObject({ pid: await serverPid() })
  } finally {
    await rm(link)
  }
})

describe('a server that was killed', () => {
  test('recovers what was committed, at the next start', async () => {
    const other = await startOther(dataDir)
    await ask(other.url, 'create table kept as select 1 as a')
    const pid = await serverPid()
    await other.kill()
    process.kill(pid, 'SIGKILL')
    const next = await start()
    expect(next.adopted).toBe(false)
    expect(await ask(next.url, 'select a from kept')).toEqual([{ a: 1 }])
  })

  test('comes back by itself, at the same address, while somebody uses it', async () => {
    const { url } = await start()
    const before = await serverPid()
    process.kill(before, 'SIGKILL')
    await vi.waitFor(async () => expect(await ask(url, 'select 1 as a')).toEqual([{ a: 1 }]), { timeout: 20_000 })
    expect(await serverPid()).not.toBe(before)
  })

  test('is not taken for alive when its process id now belongs to another program', async () => {
    const first = await start()
    const lines = (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
    await first.stop()
    const stale = [String(process.pid), ...lines.slice(1)].join('\n')
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), stale)
    expect((await start()).adopted).toBe(false)
  })
})
