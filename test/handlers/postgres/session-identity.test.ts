import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endSession, findSessions, type SessionFilter } from '../../../src/handler/postgres/sessions.ts'
import { createPatient, idleInTransaction, type OpenSession, type Patient } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

const filter: SessionFilter = { state: 'idle in transaction', longerThan: 0 }

async function chosen(session: OpenSession) {
  const { sessions } = await findSessions(patient.target, filter, 100)
  const found = sessions.find(({ pid }) => pid === session.pid)
  if (!found) throw new Error('the session was not chosen')
  return found
}

describe('between the choice and the kill', () => {
  test('a session that is still what it was is ended', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    expect(await endSession(patient.target, filter, await chosen(session))).toBe('ended')
    await session.ended
  })

  test('a session that went on, and is idle again in its next transaction, is not hit', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const choice = await chosen(session)
    await session.client.query('commit')
    await session.client.query('begin')
    expect(await endSession(patient.target, filter, choice)).toBe('gone')
    expect(await session.alive()).toBe(true)
  })

  test('a session that committed meanwhile is not hit', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const choice = await chosen(session)
    await session.client.query('commit')
    expect(await endSession(patient.target, filter, choice)).toBe('gone')
  })

  test('a pid that now belongs to a session that began at another time is not hit', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const choice = await chosen(session)
    const before = { ...choice, startedAt: `${choice.startedAt}1` }
    expect(await endSession(patient.target, filter, before)).toBe('gone')
    expect(await session.alive()).toBe(true)
  })

  test('a session that took a protected name meanwhile is not hit', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const choice = await chosen(session)
    await session.client.query("set local application_name = 'pg_dump'")
    const sameSpell = { ...choice, sinceAt: (await stateChange(session)) ?? '' }
    expect(await endSession(patient.target, filter, sameSpell)).toBe('gone')
    expect(await session.alive()).toBe(true)
  })

  test('a session that is gone already counts as gone', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    const choice = await chosen(session)
    await patient.target.query('select pg_terminate_backend($1, 5000)', [session.pid])
    expect(await endSession(patient.target, filter, choice)).toBe('gone')
  })
})

async function stateChange({ pid }: OpenSession): Promise<string | undefined> {
  const [row] = await patient.target.query<{ at: string }>(
    'select extract(epoch from state_change)::text as at from pg_stat_activity where pid = $1',
    [pid],
  )
  return row?.at
}
