import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import connectionsByState from '../../../handlers/postgres/connections-by-state.ts'
import terminateIdle from '../../../handlers/postgres/terminate-idle-sessions.ts'
import { postgresTarget } from '../../../src/targets/postgres.ts'
import { runOn, startServer, type TestServer } from '../../support/postgres.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, type OpenSession, type Patient } from './patient.ts'

let server: TestServer
let patient: Patient
beforeAll(async () => {
  server = await startServer({
    flags: { max_connections: '14', superuser_reserved_connections: '3', reserved_connections: '1' },
  })
  patient = await createPatient(server.url)
})
afterAll(async () => {
  await patient.remove()
  await server.remove()
})

const params = { state: 'idle in transaction' as const, idleFor: 0, atMost: 100 }

/** Opens idle transactions until the server refuses the next. */
async function saturate(): Promise<OpenSession[]> {
  const sessions: OpenSession[] = []
  for (;;) {
    try {
      sessions.push(await idleInTransaction(patient.as(patient.app)))
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' })
      return sessions
    }
  }
}

describe('a patient that refuses connections', () => {
  test('is diagnosed and relieved over the connection that was there before', async () => {
    await patient.target.query('select 1')
    const sessions = await saturate()
    expect(sessions.length).toBeGreaterThan(5)

    const { summary } = await connectionsByState.run(contextFor(patient.target, {}))
    expect(summary).toMatch(/^1\d connections in use, 10 for ordinary roles \(1\d\d %\)$/)
    expect(await terminateIdle.verify(contextFor(patient.target, params))).toMatchObject({ recovered: false })

    const done = await terminateIdle.run(contextFor(patient.target, params))
    expect((done as { terminated: unknown[] }).terminated).toHaveLength(sessions.length)
    expect(await terminateIdle.verify(contextFor(patient.target, params))).toEqual({
      recovered: true,
      evidence: expect.stringMatching(
        /^no sessions idle in transaction for over 0s; [1-3] connections in use, 10 for ordinary roles \(\d+ %\), wanted below 80 %$/,
      ),
    })
    await (await idleInTransaction(patient.as(patient.app))).client.query('select 1')
  })

  test('is not recovered while connections are short, though nothing matches any more', async () => {
    await patient.target.query('select 1')
    const sessions = await saturate()
    for (const { client } of sessions) await client.query('commit')
    expect(await terminateIdle.verify(contextFor(patient.target, params))).toMatchObject({
      recovered: false,
      evidence: expect.stringContaining('no sessions idle in transaction'),
    })
  })

  test('keeps us out without a connection of our own, and the error says how to keep a slot', async () => {
    const late = postgresTarget('db', patient.as(patient.nightshift))
    await saturate()
    await expect(terminateIdle.run(contextFor(late, params))).rejects.toMatchObject({
      code: 'target-unavailable',
      message: expect.stringMatching(
        /^target db \(127\.0\.0\.1:\d+\/test_\w+\): .*GRANT pg_use_reserved_connections TO/,
      ),
    })
    await late.close()
  })

  test('lets us in late over a reserved slot', async () => {
    await runOn(patient.asSuperuser(), `grant pg_use_reserved_connections to ${patient.nightshift}`)
    const late = postgresTarget('db', patient.as(patient.nightshift))
    onTestFinished(() => late.close())
    const sessions = await saturate()
    const done = await terminateIdle.run(contextFor(late, params))
    expect((done as { terminated: unknown[] }).terminated).toHaveLength(sessions.length)
    expect(await (await idleInTransaction(patient.as(patient.app))).alive()).toBe(true)
  })

  test('lets us in when our reserved slot was taken for a moment only', async () => {
    await runOn(patient.asSuperuser(), `grant pg_use_reserved_connections to ${patient.nightshift}`)
    await saturate()
    // Those that were just turned away may hold it for a moment.
    const holder = await vi.waitFor(() => idleInTransaction(patient.as(patient.nightshift)))
    const late = postgresTarget('db', patient.as(patient.nightshift))
    onTestFinished(() => late.close())
    const answer = late.query('select 1 as n')
    // Begun later and refused: so the attempt above has been refused, too.
    await expect(idleInTransaction(patient.as(patient.nightshift))).rejects.toMatchObject({ code: '53300' })
    await holder.client.end()
    expect(await answer).toEqual([{ n: 1 }])
  })
})
