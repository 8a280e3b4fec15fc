import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { audit } from '../../src/ledger/audit.ts'
import { openStory, type Story } from './story.ts'

let story: Story
afterEach(() => story.close())

const ill = { alertname: 'Ill' }
const at = (minutes: number) => new Date(Date.parse('2026-03-02T02:00:00Z') + minutes * 60_000)

describe('deliveries out of order', () => {
  it('a firing that comes after its resolved opens nothing', async () => {
    story = await openStory()
    await story.deliver(ill, { status: 'resolved', startsAt: at(0), endsAt: at(5) })
    await story.deliver(ill, { startsAt: at(0) })
    expect(await story.incidents()).toMatchObject([{ state: 'closed' }])
    expect(story.world.runs).toBe(0)
    expect(await story.kinds()).toContain('alert.late')
  })

  it('a new episode opens a new incident, also from a peer whose startsAt differs a little', async () => {
    story = await openStory()
    await story.deliver(ill, { startsAt: at(0) })
    await story.deliver(ill, { startsAt: at(1) })
    await story.deliver(ill, { status: 'resolved', startsAt: at(0), endsAt: at(5) })
    await story.deliver(ill, { startsAt: at(6) })
    expect(await story.incidents()).toMatchObject([{ state: 'closed', repeats: 1 }, { state: 'open' }])
  })

  it('an old resolved that comes again does not close the new incident', async () => {
    story = await openStory()
    await story.deliver(ill, { startsAt: at(0) })
    await story.deliver(ill, { status: 'resolved', startsAt: at(0), endsAt: at(5) })
    await story.deliver(ill, { startsAt: at(10) })
    await story.deliver(ill, { status: 'resolved', startsAt: at(0), endsAt: at(5) })
    expect(await story.incidents()).toMatchObject([{ state: 'closed' }, { state: 'open' }])
  })

  it('a sender whose clock runs an hour ahead is not ignored afterwards', async () => {
    story = await openStory()
    await story.deliver(ill, { startsAt: at(120) })
    await story.deliver(ill, { status: 'resolved', startsAt: at(120), endsAt: at(125) })
    await story.deliver(ill, { startsAt: at(126) })
    expect(await story.incidents()).toMatchObject([{ state: 'closed' }, { state: 'open' }])
  })

  it('an alert that is over before it was decided about is recorded, and nothing is done', async () => {
    story = await openStory()
    await story.store([{ labels: ill, startsAt: at(0) }])
    await story.store([{ labels: ill, status: 'resolved', startsAt: at(0), endsAt: at(1) }])
    await story.intake()
    expect(await story.incidents()).toMatchObject([{ state: 'closed' }])
    expect(await story.states()).toEqual([])
  })
})

describe('what cannot be decided', () => {
  it('is put aside and told to a person, and is in nobody’s way', async () => {
    story = await openStory()
    await story.store([{ labels: ill }])
    await story.store([], 'not a list')
    await story.store([], 'not json {')
    await story.store([{ labels: { alertname: 'Other' } }])
    expect(await story.intake()).toBe(4)
    const { rows } = await story.db.query('select quarantined from notification where quarantined is not null')
    expect(rows).toHaveLength(2)
    await story.sweep()
    expect(story.pages.filter(({ reason }) => reason === 'quarantined')).toHaveLength(2)
    expect(await story.intake()).toBe(0)
  })

  it('does not spoil its batch when it is the database that refuses it', async () => {
    story = await openStory()
    await story.store([{ labels: ill }])
    // The real parser replaces NUL; should it ever let one through, PostgreSQL refuses the whole statement.
    await story.store([{ labels: { alertname: 'Bad\u0000' } }])
    await story.store([{ labels: { alertname: 'Other' } }])
    expect(await story.intake()).toBe(3)
    expect(await story.incidents()).toHaveLength(3)
    await story.settle()
    expect(story.world.runs).toBe(1)
  })
})

describe('many at once', () => {
  it('two replicas that take in at the same time decide each notification once', async () => {
    story = await openStory()
    for (let copy = 0; copy < 40; copy++) await story.store([{ labels: { ...ill, part: String(copy % 4) } }])
    const counts = await Promise.all([story.intake(), story.intake(), story.intake()])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40)
    await story.settle()
    expect(story.world.runs).toBe(1)
    expect((await story.incidents()).map(({ repeats }) => repeats)).toEqual([9, 9, 9, 9])
  })

  it('keeps one open incident, at most one run an episode, and a clean audit, in whatever order copies come', async () => {
    const delivery = fc.record({
      episode: fc.integer({ min: 0, max: 2 }),
      resolved: fc.boolean(),
      together: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(delivery, { minLength: 1, maxLength: 12 }), async (deliveries) => {
        story = await openStory({ rule: { limits: { budget: null, blastRadius: 1, cooldownMs: 0 } } })
        for (const { episode, resolved, together } of deliveries) {
          const times = { startsAt: at(episode * 10), endsAt: resolved ? at(episode * 10 + 5) : null }
          await story.store([{ labels: ill, status: resolved ? 'resolved' : 'firing', ...times }])
          if (!together) await story.intake()
        }
        await story.intake()
        await story.settle()
        const incidents = await story.incidents()
        const episodes = new Set(deliveries.map(({ episode }) => episode)).size
        expect(incidents.filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1)
        expect(incidents.length).toBeLessThanOrEqual(episodes)
        expect(story.world.runs).toBeLessThanOrEqual(incidents.length)
        expect((await audit(story.db, story.clock.now())).breaches).toEqual([])
        await story.close()
      }),
      { numRuns: 20 },
    )
    story = await openStory()
  }, 120_000)
})
