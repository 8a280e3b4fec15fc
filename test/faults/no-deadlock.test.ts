import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppProcess } from '../support/app-process.ts'
import { deadlocksIn } from './deadlocks.ts'
import { deliver, notificationOf } from './episode.ts'
import { eventually, type Lane, openLane } from './lane.ts'
import { openPostgresQueue } from './queue-kinds.ts'
import { oneForEachTarget, type Systems, writeSystems } from './systems.ts'
import { breachesOf, toldStory } from './told-story.ts'
import { unsettled } from './unsettled.ts'

let systems: Systems
let lane: Lane
let replicas: AppProcess[]
beforeAll(async () => {
  systems = await writeSystems(8)
  lane = await openLane(openPostgresQueue, { policies: systems.folder })
  replicas = [lane.app, await lane.startReplica()]
})
afterAll(async () => {
  await lane.close()
  await systems.remove()
})

test('two replicas that repeat, close and fail the same stories at the same time never wait for each other in a ring', async () => {
  const episodes = oneForEachTarget(systems.names, 'in-vain')
  const all = (status: 'firing' | 'resolved') => notificationOf(episodes, status)
  const settled = async () =>
    (await Promise.all(episodes.map(({ fingerprint }) => toldStory(lane.db, fingerprint)))).every(({ over }) => over)
  do {
    await Promise.all(replicas.map((replica) => deliver(replica.url(), all('firing'))))
  } while (!(await settled()))
  await Promise.all(replicas.map((replica) => deliver(replica.url(), all('resolved'))))
  await eventually(async () => expect(await unsettled(lane.db)).toEqual([]))

  expect(await deadlocksIn(lane.db)).toBe(0)
  expect(await breachesOf(lane.db)).toEqual([])
})
