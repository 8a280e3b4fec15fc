import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import handler from '../../../handlers/postgres/connections-by-state.ts'
import { runOn } from '../../support/postgres.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, openSession, type Patient } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

describe('postgres/connections-by-state', () => {
  test('groups this database’s sessions by state, role and application, the largest group first', async () => {
    await idleInTransaction(patient.as(patient.app))
    await idleInTransaction(patient.as(patient.app))
    await openSession(patient.as(patient.app), 'fluxbase-realtime')
    const { columns, rows } = await handler.run(contextFor(patient.target, {}))
    expect(columns).toEqual(['state', 'user', 'application', 'sessions', 'longest, s'])
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['idle in transaction', patient.app, 'fluxbase-api', 2],
      ['active', patient.nightshift, 'nightshift', 1],
      ['idle', patient.app, 'fluxbase-realtime', 1],
    ])
  })

  test('says how many of the slots that ordinary roles can have are taken', async () => {
    const { summary } = await handler.run(contextFor(patient.target, {}))
    expect(summary).toMatch(/^\d+ connections in use, 197 for ordinary roles \(\d+ %\)$/)
  })

  test('names a role that is at its own limit, because raising max_connections would not help it', async () => {
    await runOn(patient.asSuperuser(), `alter role ${patient.app} connection limit 1`)
    await openSession(patient.as(patient.app))
    const { summary } = await handler.run(contextFor(patient.target, {}))
    expect(summary).toContain(`; role ${patient.app} uses 1 of its limit of 1`)
    await runOn(patient.asSuperuser(), `alter role ${patient.app} connection limit -1`)
  })

  test('a role that may not see other sessions is told which grant is missing, not that all is calm', async () => {
    const blind = await createPatient(undefined, [])
    await expect(handler.run(contextFor(blind.target, {}))).rejects.toMatchObject({
      code: 'target-misconfigured',
      message: `target db: our role may not look or act there; GRANT pg_read_all_stats TO ${blind.nightshift}`,
    })
    await blind.remove()
  })
})
