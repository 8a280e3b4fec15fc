import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { freePort } from '../../src/embedded/free-port.ts'
import { migrateQueue } from '../../src/queue/migrate.ts'
import { createQueue, type Queue } from '../../src/queue/queue.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
const opened: Queue[] = []

beforeEach(async () => {
  database = await createDatabase()
})

afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close({ graceMs: 1000 })
  await database.drop()
})

async function open(url = database.url): Promise<Queue> {
  const queue = await createQueue({ backend: { kind: 'postgres', url }, log: silentLog, now: () => new Date() })
  opened.push(queue)
  return queue
}

async function count(text: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return Number((await client.query(text)).rows[0].count)
  } finally {
    await client.end()
  }
}

test('processes that start together on an empty database bring its tables up to date once', async () => {
  await Promise.all([migrateQueue(database.url), migrateQueue(database.url), open(), open()])
  expect(await count('select count(*) from bullmq.migration where version is not null')).toBeGreaterThan(0)
  const queue = opened[0]
  await expect(queue?.ready()).resolves.toBeUndefined()
})

test('a server that is not there is one coded error, soon', async () => {
  const url = new URL(database.url)
  url.port = String(await freePort())
  await expect(open(url.href)).rejects.toMatchObject({
    code: 'queue-unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('nothing piles up behind jobs that are over', async () => {
  const queue = await open()
  let heard = 0
  queue.work(async () => void heard++, { concurrency: 5 })
  const bells = Array.from({ length: 500 }, (_, id) => ({ id: `${id}-1`, remediation: id, at: null }))
  await queue.ring(bells)
  await vi.waitFor(() => expect(heard).toBe(500), { timeout: 20_000 })
  await vi.waitFor(async () => expect(await count('select count(*) from bullmq.job')).toBe(0), { timeout: 20_000 })
  expect(await count('select count(*) from bullmq.event')).toBeLessThan(1000)
})

test('its connections carry our name and stay few, whatever the concurrency', async () => {
  const queue = await open()
  let heard = 0
  queue.work(async () => void heard++, { concurrency: 50 })
  await queue.ring(Array.from({ length: 200 }, (_, id) => ({ id: `${id}-1`, remediation: id, at: null })))
  await vi.waitFor(() => expect(heard).toBe(200), { timeout: 20_000 })
  const ours = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  expect(await count(ours)).toBeLessThanOrEqual(7)
  expect(await count(`${ours} and application_name = 'nightshift-queue'`)).toBeGreaterThan(0)
})

test('all connections are gone after a close', async () => {
  const queue = await open()
  queue.work(async () => {}, { concurrency: 2 })
  await queue.close({ graceMs: 1000 })
  const ours = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  await vi.waitFor(async () => expect(await count(ours)).toBe(0), { timeout: 5000 })
})
