import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppProcess } from '../support/app-process.ts'
import { describeWith } from '../support/real-servers.ts'
import { deadlocksIn } from './deadlocks.ts'
import { deliver, type Episode, newEpisode, notificationOf } from './episode.ts'
import { eventually, type Lane, openLane } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { type Seeded, seedChoices } from './seeded.ts'
import { type Systems, TARGETS, writeSystems } from './systems.ts'
import { breachesOf } from './told-story.ts'
import { unsettled } from './unsettled.ts'

const STORM_MS = 15_000
const ALERT_EVERY_MS = 50
/** Part of the alerts that resolve by themselves, soon after. */
const RESOLVING = 0.3
/** Part of the faults that freeze a replica for some seconds, instead of killing it. */
const FREEZING = 0.25

for (const { name, needs, open } of QUEUES) {
  describeWith(
    needs,
    `two replicas with their queue on ${name}, killed and frozen at random in a storm of alerts`,
    () => {
      let systems: Systems
      let lane: Lane
      let replicas: AppProcess[]
      beforeAll(async () => {
        systems = await writeSystems(12)
        lane = await openLane(open, { policies: systems.folder })
        replicas = [lane.app, await lane.startReplica()]
      })
      afterAll(async () => {
        await lane.close()
        await systems.remove()
      })

      test('decide all that they answered for, act once at most, and end every story', async () => {
        const choices = seedChoices()
        const until = Date.now() + STORM_MS
        const [{ episodes, taken }, ...faults] = await Promise.all([
          sendStorm(replicas, systems, choices.branch(), until),
          ...replicas.map((replica) => troubleUntil(replica, choices.branch(), until)),
        ])
        expect(faults.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3)

        await eventually(async () => expect(await unsettled(lane.db)).toEqual([]))
        const { rows: decided } = await lane.db.query<{ id: string }>(
          'select id from notification where decided_at is not null and quarantined is null',
        )
        const ids = new Set(decided.map(({ id }) => id))
        expect(taken.filter((id) => !ids.has(id))).toEqual([])
        const { rows: incidents } = await lane.db.query<{ fingerprint: string }>('select fingerprint from incident')
        expect(incidents.map(({ fingerprint }) => fingerprint).sort()).toEqual(
          episodes.map(({ fingerprint }) => fingerprint).sort(),
        )
        expect((await lane.witness.startedTwice()).filter((episode) => episode.startsWith('once'))).toEqual([])
        expect(await deadlocksIn(lane.db)).toBe(0)
        expect(await breachesOf(lane.db)).toEqual([])
      })
    },
  )
}

/** Sends fresh alerts at a steady rate, some with their end soon after; each is sent until it is taken, as Alertmanager does. */
async function sendStorm(replicas: readonly AppProcess[], systems: Systems, choices: Seeded, until: number) {
  const episodes: Episode[] = []
  const sent: Promise<string>[] = []
  const send = (episode: Episode, status: 'firing' | 'resolved', endsAt?: Date) =>
    sent.push(deliverUntilTaken(replicas, notificationOf([episode], status, endsAt)))
  while (Date.now() < until) {
    const kind = choices.pick(['once', 'once-and-tell', 'again'] as const)
    const episode = newEpisode(kind, choices.pick(TARGETS), choices.pick(systems.names))
    episodes.push(episode)
    send(episode, 'firing')
    const lastsMs = choices.between(0, 3000)
    if (choices.between(0, 1) < RESOLVING) setTimeout(() => send(episode, 'resolved', new Date()), lastsMs)
    await sleep(ALERT_EVERY_MS)
  }
  await sleep(3000)
  return { episodes, taken: await Promise.all(sent) }
}

/** Tries one replica after the other. */
async function deliverUntilTaken(replicas: readonly AppProcess[], body: string): Promise<string> {
  for (;;) {
    for (const replica of replicas) {
      const answer = await deliver(replica.url(), body, 1000).catch(() => null)
      if (answer !== null && 'id' in answer) return answer.id
    }
    await sleep(100)
  }
}

/** Kills a replica and starts it anew, or freezes it for a while, again and again; returns how often. It runs at the end. */
async function troubleUntil(replica: AppProcess, choices: Seeded, until: number): Promise<number> {
  let count = 0
  for (; Date.now() < until; count++) {
    await sleep(choices.between(0, 1500))
    if (choices.between(0, 1) < FREEZING) {
      replica.freeze()
      await sleep(choices.between(0, 6000))
      replica.thaw()
    } else {
      await replica.kill9()
      await replica.restart()
    }
  }
  return count
}
