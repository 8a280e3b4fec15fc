import { afterEach, describe, expect, it } from 'vitest'
import { openStory, type Story } from './story.ts'

let story: Story
afterEach(() => story.close())

const ill = { alertname: 'Ill' }

describe('one alert, one automatic step', () => {
  it('ends verified, and its page is held until Alertmanager says resolved', async () => {
    story = await openStory()
    await story.deliver(ill)
    expect(await story.states()).toEqual(['succeeded'])
    expect(story.world.runs).toBe(1)
    story.clock.advance('1m')
    await story.deliver(ill, { status: 'resolved', endsAt: story.clock.now() })
    expect(await story.incidents()).toMatchObject([{ state: 'closed' }])
    await story.advance('2h')
    expect(story.pages).toEqual([])
  })

  it('pages when the fix is verified but the alert goes on firing', async () => {
    story = await openStory()
    await story.deliver(ill)
    await story.advance('14m')
    expect(story.pages).toEqual([])
    await story.advance('2m')
    expect(story.pages).toMatchObject([{ reason: 'still-firing-after-fix' }])
  })

  it('runs once for ten deliveries of the same firing', async () => {
    story = await openStory()
    for (let copy = 0; copy < 10; copy++) await story.store([{ labels: ill }])
    await story.intake()
    await story.settle()
    await story.deliver(ill)
    expect(story.world.runs).toBe(1)
    expect(await story.incidents()).toMatchObject([{ state: 'open', repeats: 10 }])
  })

  it('looks again until the evidence is there, and gives up in time', async () => {
    story = await openStory()
    story.world.recovered = false
    await story.deliver(ill)
    expect(await story.states()).toEqual(['verifying'])
    await story.advance('30s')
    expect(await story.states()).toEqual(['verifying'])
    await story.advance('30s')
    expect(await story.states()).toEqual(['ineffective'])
    expect(story.pages).toHaveLength(1)
  })

  it('takes the next rung of the ladder when the first does not help', async () => {
    story = await openStory({ steps: [{}, { mode: 'approve' }] })
    story.world.recovered = false
    await story.deliver(ill)
    await story.advance('1m')
    expect(await story.states()).toEqual(['ineffective', 'awaiting_approval'])
    expect(story.pages).toEqual([])
    await story.advance('10m')
    expect(await story.states()).toEqual(['ineffective', 'expired'])
    expect(story.pages).toHaveLength(1)
  })

  it('undoes what did not help where the handler can', async () => {
    let undone: unknown = null
    story = await openStory({
      handler: {
        rollback: async (_context, done) => {
          undone = done
          return null
        },
      },
    })
    story.world.recovered = false
    await story.deliver(ill)
    await story.advance('1m')
    expect(await story.states()).toEqual(['rolled_back'])
    expect(undone).toEqual({ fixed: 1 })
    expect(story.pages).toHaveLength(1)
  })

  it('treats an action that threw as one that may have acted: evidence decides', async () => {
    story = await openStory()
    story.world.act = () => Promise.reject(new Error('connection reset'))
    await story.deliver(ill)
    expect(await story.states()).toEqual(['succeeded'])
  })

  it('hands over when there is nothing to do', async () => {
    story = await openStory()
    story.world.items = []
    await story.deliver(ill)
    await story.sweep()
    expect(await story.states()).toEqual(['suppressed'])
    expect(story.world.runs).toBe(0)
    expect(story.pages).toMatchObject([{ reason: 'nothing-to-do; no-step-left' }])
  })
})

describe('what must not run', () => {
  it('does not run when the alert resolved while it waited', async () => {
    story = await openStory()
    await story.store([{ labels: ill }])
    await story.intake()
    await story.store([{ labels: ill, status: 'resolved', endsAt: story.clock.now() }])
    await story.intake()
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await story.states()).toEqual(['suppressed'])
  })

  it('does not run when the kill switch went on after it was queued, and tells a person', async () => {
    story = await openStory()
    story.world.act = async () => {}
    await story.store([{ labels: ill }])
    await story.intake()
    await story.ledger.writeKillSwitch({ on: true, by: 'alice', reason: 'storm', at: story.clock.now() })
    await story.settle()
    await story.sweep()
    expect(story.world.runs).toBe(0)
    expect(story.pages).toMatchObject([{ reason: expect.stringContaining('kill-switch') }])
  })

  it('does nothing in shadow mode but decide, record and page', async () => {
    story = await openStory({ shadow: true })
    await story.deliver(ill)
    await story.sweep()
    expect(story.world.runs).toBe(0)
    expect(await story.reasons()).toEqual(['shadow'])
    expect(story.pages).toMatchObject([{ reason: 'shadow' }])
  })

  it('does not act again within the cooldown of a new episode, and tells a person', async () => {
    story = await openStory()
    await story.deliver(ill)
    story.clock.advance('1m')
    await story.deliver(ill, { status: 'resolved', endsAt: story.clock.now() })
    story.clock.advance('1m')
    await story.deliver(ill)
    await story.sweep()
    expect(story.world.runs).toBe(1)
    expect(await story.reasons()).toEqual(['verified', 'cooldown'])
    expect(story.pages).toMatchObject([{ reason: 'cooldown' }])
  })

  it('spends no more than the budget, also within one batch', async () => {
    story = await openStory({
      targets: ['a', 'b', 'c', 'd', 'e'],
      steps: [{ target: '{{ labels.db }}' }],
      rule: { limits: { budget: { runs: 3, perMs: 3_600_000 }, blastRadius: 9, cooldownMs: 0 } },
    })
    await story.store(['a', 'b', 'c', 'd', 'e'].map((db) => ({ labels: { ...ill, db } })))
    await story.intake()
    await story.settle()
    expect(story.world.runs).toBe(3)
    expect((await story.reasons()).filter((reason) => reason === 'budget-spent')).toHaveLength(2)
  })

  it('works on no more targets at once than the blast radius says', async () => {
    story = await openStory({
      targets: ['a', 'b', 'c'],
      steps: [{ target: '{{ labels.db }}' }],
      rule: { limits: { budget: null, blastRadius: 2, cooldownMs: 0 } },
    })
    await story.store(['a', 'b', 'c'].map((db) => ({ labels: { ...ill, db } })))
    await story.intake()
    expect(await story.reasons()).toEqual(['allowed', 'allowed', 'blast-radius'])
  })

  it('never lets a label name what is not registered', async () => {
    story = await openStory({ steps: [{ target: '{{ labels.db }}' }] })
    await story.deliver({ ...ill, db: "db'; drop table users; --" })
    await story.sweep()
    expect(await story.states()).toEqual([])
    expect(story.pages).toMatchObject([{ reason: 'unknown-target' }])
  })

  it('opens the breaker after three failures and hands over until its time is over', async () => {
    story = await openStory({ rule: { limits: { budget: null, blastRadius: 1, cooldownMs: 0 } } })
    story.world.act = () => Promise.reject(new Error('no'))
    const episode = async () => {
      await story.deliver(ill)
      story.clock.advance('6m')
      await story.deliver(ill, { status: 'resolved', endsAt: story.clock.now() })
      story.clock.advance('6m')
    }
    for (let count = 0; count < 4; count++) await episode()
    expect(await story.reasons()).toEqual(['verified', 'verified', 'verified', 'breaker-open'])
    expect(story.world.runs).toBe(3)
    story.clock.advance('30m')
    await episode()
    expect(story.world.runs).toBe(4)
  })
})

describe('alerts that share a target', () => {
  it('share one remediation, and the follower is paged when the alert goes on', async () => {
    story = await openStory()
    await story.store([{ labels: { ...ill, part: 'a' } }, { labels: { ...ill, part: 'b' } }])
    await story.intake()
    await story.settle()
    expect(story.world.runs).toBe(1)
    expect(await story.incidents()).toMatchObject([{ follows: null }, { follows: 1 }])
    await story.advance('16m')
    expect(story.pages.map(({ incident, reason }) => [incident, reason]).sort()).toEqual([
      [1, 'still-firing-after-fix'],
      [2, 'still-firing-after-fix'],
    ])
  })

  it('tell a person about the follower at once when the leader fails', async () => {
    story = await openStory()
    story.world.recovered = false
    await story.store([{ labels: { ...ill, part: 'a' } }, { labels: { ...ill, part: 'b' } }])
    await story.intake()
    await story.settle()
    await story.advance('1m')
    expect(story.pages.map(({ incident }) => incident).sort()).toEqual([1, 2])
  })
})

describe('what the queue loses', () => {
  it('is rung again by the sweeper', async () => {
    story = await openStory()
    await story.store([{ labels: ill }])
    await story.intake()
    await story.flushQueue()
    await story.db.query('delete from outbox')
    await story.advance('6s')
    expect(await story.states()).toEqual(['succeeded'])
    expect(story.world.runs).toBe(1)
  })
})
