import { expect, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { ROUNDS, useLanes } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { breachesOf, storyWhenOver, toldStory } from './told-story.ts'

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a service with its queue on ${name}, killed between the 202 and the decision`, () => {
    const playRounds = useLanes(open)

    test(`decides what it answered for, once, and acts once, ${ROUNDS} times of ${ROUNDS}`, async () => {
      await playRounds(async ({ app, db, witness, holdDecisions }) => {
        const episodes = oneOfEachKind()
        const letGo = await holdDecisions()
        const answer = await deliver(app.url(), notificationOf(episodes, 'firing'))
        await app.kill9()
        expect(answer).toHaveProperty('id')
        for (const { fingerprint } of episodes) expect(await toldStory(db, fingerprint)).toMatchObject({ incidents: 0 })
        await letGo()
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
