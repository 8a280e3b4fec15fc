import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import handler from '../../../handlers/postgres/long-running-queries.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, type Patient, running } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

const all = { longerThan: 0, atMost: 50 }

describe('postgres/long-running-queries', () => {
  test('lists running statements, longest first, with what they wait for and who blocks them', async () => {
    const holder = await idleInTransaction(patient.asSuperuser())
    await holder.client.query('create table public.orders (id int); commit; begin; lock table public.orders')
    const sleeper = await running(patient.as(patient.app), 'select pg_sleep(600)')
    const blocked = await running(patient.asSuperuser(), 'table public.orders', 'report')

    const { summary, rows } = await handler.run(contextFor(patient.target, all))

    expect(summary).toBe('2 queries running for over 0s')
    expect(
      rows.map(([pid, , application, , waits, blockers, query]) => [pid, application, waits, blockers, query]),
    ).toEqual([
      [sleeper.pid, 'fluxbase-api', 'Timeout: PgSleep', '', 'select pg_sleep(?)'],
      [blocked.pid, 'report', 'Lock: relation', `${holder.pid}`, 'table public.orders'],
    ])
  })

  test('shows no value from inside a query', async () => {
    await running(patient.as(patient.app), `select pg_sleep(600) /* jane */ where 'jane@example.org' <> $$jane$$`)
    const finding = await handler.run(contextFor(patient.target, all))
    expect(finding.rows).toHaveLength(1)
    expect(JSON.stringify(finding)).not.toContain('jane')
  })

  test('says so when there are more than it shows', async () => {
    await running(patient.as(patient.app), 'select pg_sleep(600)')
    await running(patient.as(patient.app), 'select pg_sleep(601)')
    const { summary, rows } = await handler.run(contextFor(patient.target, { ...all, atMost: 1 }))
    expect([summary, rows.length]).toEqual(['at least 1 query running for over 0s', 1])
  })

  test('finds none on a quiet database', async () => {
    expect(await handler.run(contextFor(patient.target, all))).toMatchObject({
      summary: 'no queries running for over 0s',
      rows: [],
    })
  })
})
