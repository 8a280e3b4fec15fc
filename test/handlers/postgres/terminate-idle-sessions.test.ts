import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import handler from '../../../handlers/postgres/terminate-idle-sessions.ts'
import { postgresTarget } from '../../../src/targets/postgres.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, openSession, type Patient } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

const inTransaction = { state: 'idle in transaction' as const, idleFor: 0, atMost: 100 }
const pidsIn = (done: unknown) => (done as { terminated: { pid: number }[] }).terminated.map(({ pid }) => pid)

describe('postgres/terminate-idle-sessions', () => {
  test('ends the sessions that sit in a transaction, longest first and no more than allowed', async () => {
    const first = await idleInTransaction(patient.as(patient.app))
    const second = await idleInTransaction(patient.as(patient.app))
    const third = await idleInTransaction(patient.as(patient.app))

    const done = await handler.run(contextFor(patient.target, { ...inTransaction, atMost: 2 }))

    expect(pidsIn(done)).toEqual([first.pid, second.pid])
    await Promise.all([first.ended, second.ended])
    expect(await third.alive()).toBe(true)
  })

  test('a transaction that failed and was never rolled back counts as idle too', async () => {
    const failed = await idleInTransaction(patient.as(patient.app))
    await failed.client.query('select 1/0').catch(() => {})
    // The client hears of the error a moment before the server counts the session as idle again.
    await expect
      .poll(async () => (await handler.plan(contextFor(patient.target, inTransaction))).items)
      .toEqual([expect.stringContaining('idle in transaction (aborted) since')])
    expect(pidsIn(await handler.run(contextFor(patient.target, inTransaction)))).toEqual([failed.pid])
  })

  test('the plan names each session by pid, role, application and start, and stays the same while nothing changes', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const plan = await handler.plan(contextFor(patient.target, inTransaction))
    expect(plan.summary).toBe('End 1 session idle in transaction for over 0s')
    expect(plan.items).toEqual([
      expect.stringMatching(
        new RegExp(`^pid ${session.pid}, ${patient.app} \\(fluxbase-api\\): idle in transaction since 2\\S+Z$`),
      ),
    ])
    await patient.target.query('select pg_sleep(1.1)')
    expect(await handler.plan(contextFor(patient.target, inTransaction))).toEqual(plan)
  })

  test('the plan says so when more match than one run may end', async () => {
    await idleInTransaction(patient.as(patient.app))
    await idleInTransaction(patient.as(patient.app))
    const plan = await handler.plan(contextFor(patient.target, { ...inTransaction, atMost: 1 }))
    expect(plan.summary).toBe('End the longest 1 of 2 sessions idle in transaction for over 0s')
    expect(plan.items).toHaveLength(1)
  })

  test('a backend that does not obey is reported as still there, not as ended', async () => {
    const hung = await idleInTransaction(patient.as(patient.app))
    process.kill(hung.pid, 'SIGSTOP')
    const done = await handler.run(contextFor(patient.target, inTransaction))
    process.kill(hung.pid, 'SIGCONT')
    expect(done).toMatchObject({ terminated: [], refused: [{ pid: hung.pid, reason: 'told to end, still there' }] })
  })

  test('with nothing to do the plan is empty and the run ends nobody', async () => {
    await openSession(patient.as(patient.app))
    expect(await handler.plan(contextFor(patient.target, inTransaction))).toEqual({
      summary: 'End no sessions idle in transaction for over 0s',
      items: [],
    })
    expect(await handler.run(contextFor(patient.target, inTransaction))).toEqual({
      terminated: [],
      alreadyGone: 0,
      refused: [],
    })
  })

  test('a session that has not been idle for long enough is left alone', async () => {
    const young = await idleInTransaction(patient.as(patient.app))
    await handler.run(contextFor(patient.target, { ...inTransaction, idleFor: 60_000 }))
    expect(await young.alive()).toBe(true)
  })

  test('idleness counts from the end of the last statement, not from its start', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    await session.client.query('select pg_sleep(1.2)')
    const { items } = await handler.plan(contextFor(patient.target, { ...inTransaction, idleFor: 1000 }))
    expect(items).toEqual([])
  })

  test('running it a second time finds nothing and harms nobody', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    expect(pidsIn(await handler.run(contextFor(patient.target, inTransaction)))).toEqual([session.pid])
    expect(pidsIn(await handler.run(contextFor(patient.target, inTransaction)))).toEqual([])
  })

  test('two runs at the same time end each session once', async () => {
    await Promise.all([1, 2, 3].map(() => idleInTransaction(patient.as(patient.app))))
    const other = postgresTarget('db', patient.as(patient.nightshift))
    const [one, two] = await Promise.all([
      handler.run(contextFor(patient.target, inTransaction)),
      handler.run(contextFor(other, inTransaction)),
    ])
    await other.close()
    expect(new Set([...pidsIn(one), ...pidsIn(two)]).size).toBe(3)
  })

  test('idle sessions of the named roles end, those of a pool beside them do not', async () => {
    const leaky = await patient.role()
    const leaked = await openSession(patient.as(leaky))
    const pooled = await openSession(patient.as(patient.app))
    await pooled.client.query('listen fluxbase_changes')
    const params = { ...inTransaction, state: 'idle' as const, users: [leaky] }
    expect(pidsIn(await handler.run(contextFor(patient.target, params)))).toEqual([leaked.pid])
    expect(await pooled.alive()).toBe(true)
  })

  test('recovered only when no session is left that matches', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const before = await handler.verify(contextFor(patient.target, inTransaction))
    expect(before.recovered).toBe(false)
    expect(before.evidence).toMatch(
      /^1 session idle in transaction for over 0s; \d+ connections in use, \d+ for ordinary roles/,
    )
    await session.client.query('rollback')
    const after = await handler.verify(contextFor(patient.target, inTransaction))
    expect(after).toMatchObject({ recovered: true, evidence: expect.stringMatching(/^no sessions idle/) })
  })

  test('a run that is aborted ends nobody else', async () => {
    const first = await idleInTransaction(patient.as(patient.app))
    const second = await idleInTransaction(patient.as(patient.app))
    const abort = new AbortController()
    const target: typeof patient.target = {
      ...patient.target,
      query: async (text, values) => {
        const rows = await patient.target.query<never>(text, values)
        if (text.includes('pg_terminate_backend')) abort.abort(new Error('stop'))
        return rows
      },
    }
    await expect(handler.run(contextFor(target, inTransaction, abort.signal))).rejects.toThrow('stop')
    await first.ended
    expect(await second.alive()).toBe(true)
  })
})
