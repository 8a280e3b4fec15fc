import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import terminateIdle from '../../../handlers/postgres/terminate-idle-sessions.ts'
import terminateLong from '../../../handlers/postgres/terminate-long-queries.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, type Patient } from './patient.ts'

const idle = { state: 'idle in transaction' as const, idleFor: 0, atMost: 10 }
const long = { longerThan: 0, atMost: 10 }

describe('a role that may look but not act', () => {
  let patient: Patient
  beforeAll(async () => {
    patient = await createPatient(undefined, ['pg_read_all_stats'])
  })
  afterAll(() => patient.remove())

  test('is told at the plan, before anybody is asked to approve what cannot happen', async () => {
    const refusal = {
      code: 'target-misconfigured',
      message: expect.stringContaining(`GRANT pg_signal_backend TO ${patient.nightshift}`),
    }
    await expect(terminateIdle.plan(contextFor(patient.target, idle))).rejects.toMatchObject(refusal)
    await expect(terminateLong.plan(contextFor(patient.target, long))).rejects.toMatchObject(refusal)
  })

  test('ends nobody', async () => {
    const session = await idleInTransaction(patient.as(patient.app))
    await expect(terminateIdle.run(contextFor(patient.target, idle))).rejects.toMatchObject({
      code: 'target-misconfigured',
    })
    expect(await session.alive()).toBe(true)
  })

  test('may still verify', async () => {
    expect(await terminateIdle.verify(contextFor(patient.target, idle))).toMatchObject({ recovered: true })
  })
})

describe('a role that sees nothing', () => {
  test('never says that all is well', async () => {
    const patient = await createPatient(undefined, [])
    await expect(terminateIdle.verify(contextFor(patient.target, idle))).rejects.toMatchObject({
      code: 'target-misconfigured',
      message: expect.stringContaining(`GRANT pg_read_all_stats TO ${patient.nightshift}`),
    })
    await patient.remove()
  })
})
