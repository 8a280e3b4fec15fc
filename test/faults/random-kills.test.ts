import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
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

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a service with its queue on ${name}, killed again and again in a storm of alerts`, () => {
    let systems: Systems
    let lane: Lane
    beforeAll(async () => {
      systems = await writeSystems(12)
      lane = await openLane(open, { policies: systems.folder })
    })
    afterAll(async () => {
      await lane.close()
      await systems.remove()
    })

    test('decides all that it answered for, acts once at most, and ends every story', async () => {
      const choices = seedChoices()
      const until = Date.now() + STORM_MS
      const [{ episodes, taken }, kills] = await Promise.all([
        sendStorm(lane, systems, choices, until),
        killUntil(lane, choices, until),
      ])
      expect(kills).toBeGreaterThan(5)

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
      expect(await breachesOf(lane.db)).toEqual([])
    })
  })
}

/** Sends fresh alerts at a steady rate, some with their end soon after; each is sent until it is taken, as Alertmanager does. */
async function sendStorm(lane: Lane, systems: Systems, choices: Seeded, until: number) {
  const episodes: Episode[] = []
  const sent: Promise<string>[] = []
  while (Date.now() < until) {
    const kind = choices.pick(['once', 'once-and-tell', 'again'] as const)
    const episode = newEpisode(kind, choices.pick(TARGETS), choices.pick(systems.names))
    episodes.push(episode)
    sent.push(deliverUntilTaken(lane, notificationOf([episode], 'firing')))
    if (choices.between(0, 1) < RESOLVING) {
      const endsAt = new Date(Date.now() + choices.between(0, 3000))
      sent.push(
        sleep(endsAt.getTime() - Date.now()).then(() =>
          deliverUntilTaken(lane, notificationOf([episode], 'resolved', endsAt)),
        ),
      )
    }
    await sleep(ALERT_EVERY_MS)
  }
  return { episodes, taken: await Promise.all(sent) }
}

async function deliverUntilTaken(lane: Lane, body: string): Promise<string> {
  for (;;) {
    const answer = await deliver(lane.app.url(), body).catch(() => null)
    if (answer !== null && 'id' in answer) return answer.id
    await sleep(100)
  }
}

async function killUntil(lane: Lane, choices: Seeded, until: number): Promise<number> {
  let kills = 0
  while (Date.now() < until) {
    await sleep(choices.between(0, 1200))
    await lane.app.kill9()
    kills += 1
    await lane.app.restart()
  }
  return kills
}
