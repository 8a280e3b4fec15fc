import { expect, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, ROUNDS, useLanes } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { breachesOf, storyWhenOver, toldStory } from './told-story.ts'

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a service with its queue on ${name}, killed between the decision and the queue`, () => {
    const playRounds = useLanes(open)

    test(`rings for what it decided, and acts once, ${ROUNDS} times of ${ROUNDS}`, async () => {
      await playRounds(async ({ app, db, witness, queue }) => {
        const episodes = oneOfEachKind()
        await queue.refuse()
        await deliver(app.url(), notificationOf(episodes, 'firing'))
        for (const { fingerprint } of episodes) {
          await eventually(async () => expect(await toldStory(db, fingerprint)).toMatchObject({ decisions: 1 }))
        }
        await app.kill9()
        await eventually(async () => {
          const { rows } = await db.query<{ owed: number }>('select count(*)::int as owed from outbox')
          expect(rows).toEqual([{ owed: episodes.length }])
        })
        await queue.accept()
        await app.restart()

        for (const episode of episodes) {
          const story = await storyWhenOver(db, episode)
          expect(story).toEqual({ incidents: 1, decisions: 1, runs: 1, states: ['succeeded'], over: true })
          expect(await witness.seen(episode.name)).toEqual({ called: 1, started: 1, ended: 1 })
        }
        expect(await breachesOf(db)).toEqual([])
      })
    })
  })
}
