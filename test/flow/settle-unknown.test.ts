import { afterEach, describe, expect, it } from 'vitest'
import { startGate } from '../../src/flow/gate.ts'
import { prepare } from '../../src/flow/prepare.ts'
import { settleUnknown } from '../../src/flow/settle-unknown.ts'
import { audit } from '../../src/ledger/audit.ts'
import { openStory, type Story } from './story.ts'

let story: Story
afterEach(() => story.close())

/** A worker that has written its start and died: what a `kill -9` leaves. */
async function killed(options: Parameters<typeof openStory>[0]): Promise<void> {
  story = await openStory(options)
  await story.store([{ labels: { alertname: 'Ill' } }])
  await story.intake()
  await startDead()
}

async function startDead(): Promise<void> {
  const { deps } = story
  const remediation = await story.ledger.findRemediation(1)
  if (remediation?.state === 'proposed') await prepare(deps, remediation)
  await story.db.query('delete from outbox')
  expect(await startGate(deps, 1, { stop: null })).not.toBeNull()
  await story.db.query("update run set lease_until = now() - interval '1 second' where ended_at is null")
}

describe('a run whose worker died', () => {
  it('runs again when the handler is idempotent', async () => {
    await killed({ handler: { idempotent: true } })
    await story.sweep()
    await story.settle()
    expect(await story.states()).toEqual(['succeeded'])
    expect(story.world.runs).toBe(1)
  })

  it('is not repeated when nobody can tell, and a person is told', async () => {
    await killed({ handler: { idempotent: false } })
    await story.sweep()
    await story.settle()
    await story.sweep()
    expect(await story.states()).toEqual(['unknown'])
    expect(story.world.runs).toBe(0)
    expect(story.pages).toMatchObject([{ reason: expect.stringContaining('unknown') }])
  })

  it.each([
    [true, ['succeeded'], 0],
    [false, ['succeeded'], 1],
    ['unknown' as const, ['unknown'], 0],
  ])('is settled by asking whether it happened: %s', async (happened, states, runs) => {
    await killed({ handler: { idempotent: false, probe: async () => ({ happened, evidence: 'asked' }) } })
    await story.sweep()
    await story.settle()
    expect(await story.states()).toEqual(states)
    expect(story.world.runs).toBe(runs)
    expect((await audit(story.db, story.clock.advance('1s'))).breaches).toEqual([])
  })

  it('goes to a person when the question itself fails', async () => {
    await killed({ handler: { idempotent: false, probe: () => Promise.reject(new Error('no answer')) } })
    await story.sweep()
    await story.settle()
    expect(await story.states()).toEqual(['unknown'])
  })

  it('is given up after three starts, for it may be what kills the workers', async () => {
    await killed({ handler: { idempotent: true } })
    for (let again = 0; again < 2; again++) {
      await story.sweep()
      const remediation = await story.ledger.findRemediation(1)
      if (remediation) await settleUnknown(story.deps, remediation)
      await startDead()
    }
    await story.sweep()
    await story.settle()
    expect(await story.states()).toEqual(['unknown'])
    expect(story.world.runs).toBe(0)
  })

  it('keeps its target held: nothing else acts there until somebody has looked', async () => {
    await killed({ handler: { idempotent: false } })
    await story.sweep()
    await story.settle()
    await story.deliver({ alertname: 'Ill', part: 'other' })
    expect(story.world.runs).toBe(0)
    expect(await story.incidents()).toMatchObject([{ follows: null }, { follows: 1 }])
  })

  it('ends with its incident: resolved means that there is nothing left to settle', async () => {
    await killed({ handler: { idempotent: false } })
    await story.sweep()
    await story.settle()
    await story.deliver({ alertname: 'Ill' }, { status: 'resolved', endsAt: story.clock.now() })
    expect(await story.states()).toEqual(['succeeded'])
  })
})
