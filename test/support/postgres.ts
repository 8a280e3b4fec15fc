import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { removeEmbedded } from '../../src/embedded/place.ts'
import { startEmbedded } from '../../src/embedded/server.ts'

/** An empty database for one test file. */
export type TestDatabase = {
  url: string
  /** Drops it, whoever is still connected. */
  drop: () => Promise<void>
}

/** Makes a database on the run's server; with `template`, the name of one that nobody uses, as its copy. */
export async function createDatabase(serverUrl = inject('postgres'), template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await runOn(serverUrl, `create database ${name} template ${template}`)
  return { url: url.href, drop: () => runOn(serverUrl, `drop database if exists ${name} with (force)`) }
}

/** Runs one statement on a connection of its own. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'test-support' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A server for tests that stop, restart or fill one. */
export type TestServer = {
  /** The same as long as the server lives, over restarts too. */
  url: string
  stop: () => Promise<void>
  start: () => Promise<void>
  /** Stops the server and deletes its data. */
  remove: () => Promise<void>
}

/** Starts a server of one's own. Flags are PostgreSQL settings by name: `{ max_connections: '20' }`. */
export async function startServer(options: { flags?: Record<string, string> } = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-test-server-'))
  const launch = () => startEmbedded({ dataDir, log: silentLog, flags: { fsync: 'off', ...options.flags } })
  let server = await launch()
  const { url } = server
  return {
    url,
    stop: () => server.stop(),
    start: async () => {
      server = await launch()
      if (server.url !== url) throw new Error('the port of the test server was taken by another process meanwhile')
    },
    remove: async () => {
      await server.stop()
      await removeEmbedded(dataDir)
    },
  }
}
