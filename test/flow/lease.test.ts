import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NightshiftError } from '../../src/domain/errors.ts'
import { breakerName } from '../../src/domain/history.ts'
import { openStory, type Story } from './story.ts'

const ILL = { alertname: 'Ill' }
const LEASE_MS = 200

let story: Story
/** What the run's signal said when it was broken off. */
let brokenOff: unknown[]

beforeEach(async () => {
  story = await openStory()
  brokenOff = []
  story.deps.leaseMs = LEASE_MS
  story.world.act = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        brokenOff.push(signal.reason)
        reject(signal.reason)
      })
    })
})
afterEach(() => story.close())

const lostLease = (why: string) => expect.objectContaining({ code: 'conflict', message: expect.stringContaining(why) })

test('a run is broken off when no beat gets through for the length of its lease: another may have taken it over', async () => {
  story.deps.ledger = {
    ...story.ledger,
    renewLease: async () => {
      throw new NightshiftError('ledger-unavailable', 'cut off')
    },
  }
  await story.deliver(ILL)
  expect(brokenOff).toEqual([lostLease('no beat got through')])
})

test('a run is broken off when it was given up for lost', async () => {
  story.deps.ledger = { ...story.ledger, renewLease: async () => false }
  await story.deliver(ILL)
  expect(brokenOff).toEqual([lostLease('given up for lost')])
})

test('a run lasts longer than a lease as long as its beats get through', async () => {
  let beats = 0
  story.deps.ledger = {
    ...story.ledger,
    renewLease: async (...given) => {
      beats += 1
      return story.ledger.renewLease(...given)
    },
  }
  story.world.act = () => vi.waitFor(() => expect(beats).toBeGreaterThan(8), { timeout: 20_000 })
  await story.deliver(ILL)
  expect(await story.states()).toEqual(['succeeded'])
})

test('a run that we broke off does not count against its handler: the breaker stays as it was', async () => {
  const name = breakerName('test/fix', 'shop/db')
  await story.ledger.writeBreaker({ name, failures: 2, openedAt: null }, story.clock.now())
  story.deps.ledger = { ...story.ledger, renewLease: async () => false }
  await story.deliver(ILL)
  expect(brokenOff).toHaveLength(1)
  expect(await story.ledger.readBreaker(name)).toEqual({ name, failures: 2, openedAt: null })
})
