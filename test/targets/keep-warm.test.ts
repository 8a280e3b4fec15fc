import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { NightshiftError } from '../../src/domain/errors.ts'
import type { PostgresTarget } from '../../src/handler/targets.ts'
import { keepWarm } from '../../src/targets/keep-warm.ts'
import { postgresTarget } from '../../src/targets/postgres.ts'
import { runOn, startServer, type TestServer } from '../support/postgres.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.remove())

const EVERY_MS = 20

function warm(url: string, everyMs = EVERY_MS) {
  const target = postgresTarget('db', url)
  const reports: (NightshiftError | null)[] = []
  const warmth = keepWarm(target, (problem) => reports.push(problem), everyMs)
  onTestFinished(async () => {
    warmth.stop()
    await target.close()
  })
  return { target, reports, warmth }
}

/** The sessions that another client of ours sees beside its own. */
function onlooker(): () => Promise<number[]> {
  const client = postgresTarget('onlooker', server.url)
  onTestFinished(() => client.close())
  return async () => {
    const rows = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'nightshift' and query = 'select 1'`,
    )
    return rows.map(({ pid }) => pid)
  }
}

test('the connection is there before anybody asks', async () => {
  const { warmth, reports } = warm(server.url, 3_600_000)
  await warmth.first
  expect(await onlooker()()).toHaveLength(1)
  expect(reports).toEqual([])
})

test('a lost connection comes back by itself', async () => {
  const { warmth } = warm(server.url)
  const look = onlooker()
  await warmth.first
  const [before] = await look()
  await runOn(server.url, `select pg_terminate_backend(${before}, 5000)`)
  await vi.waitFor(async () => {
    const now = await look()
    expect(now).toHaveLength(1)
    expect(now).not.toEqual([before])
  })
})

test('it tells once that the database is away, with the reason, and once that it is back', async () => {
  const { warmth, reports } = warm(server.url)
  await warmth.first
  await server.stop()
  await vi.waitFor(() => expect(reports).toHaveLength(1))
  await server.start()
  await vi.waitFor(() => expect(reports).toHaveLength(2), { timeout: 10_000 })
  expect(reports).toMatchObject([{ code: 'target-unavailable' }, null])
})

test('an unreachable database is reported at once and does not fail the start', async () => {
  const { warmth, reports } = warm('postgres://nobody@127.0.0.1:1/none', 3_600_000)
  await expect(warmth.first).resolves.toBeUndefined()
  expect(reports).toMatchObject([{ code: 'target-unavailable' }])
})

test('after stop it asks no more', async () => {
  let asked = 0
  const target: PostgresTarget = {
    name: 'counted',
    query: async () => {
      asked += 1
      return []
    },
    close: async () => {},
  }
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const warmth = keepWarm(target, () => {}, EVERY_MS)
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS)
  expect(asked).toBe(4)
  warmth.stop()
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS)
  expect(asked).toBe(4)
})
