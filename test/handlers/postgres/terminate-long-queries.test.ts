import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import handler from '../../../handlers/postgres/terminate-long-queries.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, type Patient, running } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

const long = { longerThan: 0, atMost: 100 }
const SLEEP = 'select pg_sleep(600)'

describe('postgres/terminate-long-queries', () => {
  test('ends the longest queries and no more than allowed', async () => {
    const first = await running(patient.as(patient.app), SLEEP)
    const second = await running(patient.as(patient.app), SLEEP)

    const done = await handler.run(contextFor(patient.target, { ...long, atMost: 1 }))

    expect(done).toMatchObject({
      terminated: [{ pid: first.pid, user: patient.app, application: 'fluxbase-api' }],
      alreadyGone: 0,
      refused: [],
    })
    await first.ended
    const [row] = await patient.target.query('select state from pg_stat_activity where pid = $1', [second.pid])
    expect(row).toEqual({ state: 'active' })
  })

  test('the plan shows what each query is, without the values in it', async () => {
    const text = `select pg_sleep(600), 'jane@example.org' as mail`
    const { pid } = await running(patient.as(patient.app), text)
    const plan = await handler.plan(contextFor(patient.target, long))
    expect(plan.summary).toBe('End 1 query running for over 0s')
    expect(plan.items).toHaveLength(1)
    expect(plan.items[0]).toMatch(
      new RegExp(`^pid ${pid}, .*: active since \\S+Z: select pg_sleep\\(\\?\\), \\? as mail$`),
    )
  })

  test('a session that waits in a transaction runs no query, however long ago its last one began', async () => {
    const waiting = await idleInTransaction(patient.as(patient.app))
    await handler.run(contextFor(patient.target, long))
    expect(await waiting.alive()).toBe(true)
  })

  test('a query that is still young is left alone, though its session is old', async () => {
    const session = await running(patient.as(patient.app), SLEEP)
    const done = await handler.run(contextFor(patient.target, { ...long, longerThan: 60_000 }))
    expect(done).toMatchObject({ terminated: [] })
    const plan = await handler.plan(contextFor(patient.target, { ...long, longerThan: 60_000 }))
    expect(plan).toEqual({ summary: 'End no queries running for over 1m', items: [] })
    expect(session.pid).toBeGreaterThan(0)
  })

  test('not recovered while such a query runs, recovered once none does', async () => {
    const session = await running(patient.as(patient.app), SLEEP)
    expect(await handler.verify(contextFor(patient.target, long))).toMatchObject({ recovered: false })
    await handler.run(contextFor(patient.target, long))
    await session.ended
    expect(await handler.verify(contextFor(patient.target, long))).toMatchObject({
      recovered: true,
      evidence: expect.stringMatching(/^no queries running for over 0s; .* wanted below 80 %$/),
    })
  })
})
