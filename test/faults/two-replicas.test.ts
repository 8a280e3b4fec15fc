import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppProcess } from '../support/app-process.ts'
import { deliver, type Episode, notificationOf } from './episode.ts'
import { type Lane, openLane } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { seedChoices } from './seeded.ts'
import { oneForEachTarget, type Systems, writeSystems } from './systems.ts'
import { breachesOf, storyWhenOver } from './told-story.ts'

describe('two replicas on one ledger', () => {
  let systems: Systems
  let lane: Lane
  let replicas: AppProcess[]
  beforeAll(async () => {
    systems = await writeSystems(6)
    const [queue] = QUEUES
    if (queue === undefined) throw new Error('no queue to test with')
    lane = await openLane(queue.open, { policies: systems.folder })
    replicas = [lane.app, await lane.startReplica()]
  })
  afterAll(async () => {
    await lane.close()
    await systems.remove()
  })

  /** Delivers all bodies at the same time, to both replicas in turn. */
  async function deliverAll(bodies: readonly string[]): Promise<void> {
    const answers = await Promise.all(
      bodies.map((body, at) => deliver((replicas[at % replicas.length] as AppProcess).url(), body)),
    )
    for (const answer of answers) expect(answer).toHaveProperty('id')
  }
  const copies = (episode: Episode, firing: number, resolved: number) => [
    ...Array.from({ length: firing }, () => notificationOf([episode], 'firing')),
    ...Array.from({ length: resolved }, () => notificationOf([episode], 'resolved')),
  ]

  test('make one incident and one run of an alert that both hear of several times', async () => {
    const { shuffle } = seedChoices()
    const episodes = oneForEachTarget(systems.names, 'once')
    await deliverAll(shuffle(episodes.flatMap((episode) => copies(episode, 4, 0))))
    for (const episode of episodes) {
      const story = await storyWhenOver(lane.db, episode)
      expect(story).toEqual({ incidents: 1, decisions: 1, runs: 1, states: ['succeeded'], over: true })
      expect(await lane.witness.seen(episode.name)).toEqual({ called: 1, started: 1, ended: 1 })
    }
    expect(await breachesOf(lane.db)).toEqual([])
  })

  test('make no second run when firing and resolved arrive doubled and in any order', async () => {
    const { shuffle } = seedChoices()
    const episodes = oneForEachTarget(systems.names, 'once')
    await deliverAll(shuffle(episodes.flatMap((episode) => copies(episode, 3, 2))))
    for (const episode of episodes) {
      const story = await storyWhenOver(lane.db, episode)
      expect(story.incidents).toBe(1)
      expect(story.runs).toBeLessThanOrEqual(1)
      expect((await lane.witness.seen(episode.name)).started).toBe(story.runs)
    }
    const { rows } = await lane.db.query<{ open: number }>(
      "select count(*)::int as open from incident where state = 'open' and fingerprint = any($1)",
      [episodes.map(({ fingerprint }) => fingerprint)],
    )
    expect(rows).toEqual([{ open: 0 }])
    expect(await breachesOf(lane.db)).toEqual([])
  })
})
