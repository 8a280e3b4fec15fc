import { expect, onTestFinished, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, openLane } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { breachesOf, storyWhenOver } from './told-story.ts'

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a worker with its queue on ${name}, frozen in a run for longer than its lease`, () => {
    test('does not act any more when it wakes, since another has taken over', async () => {
      const { app, startReplica, db, witness, close } = await openLane(open)
      onTestFinished(close)
      const episodes = oneOfEachKind()
      for (const episode of episodes) await witness.hold(episode.name, 'called')
      await deliver(app.url(), notificationOf(episodes, 'firing'))
      for (const episode of episodes) {
        await eventually(async () => expect(await witness.seen(episode.name)).toMatchObject({ called: 1 }))
      }
      app.freeze()
      for (const episode of episodes) await witness.letGo(episode.name)
      await startReplica()
      const [once, told, again] = await Promise.all(episodes.map((episode) => storyWhenOver(db, episode)))
      expect(once).toMatchObject({ runs: 1, states: ['unknown'] })
      expect(told).toMatchObject({ runs: 2, states: ['succeeded'] })
      expect(again).toMatchObject({ runs: 2, states: ['succeeded'] })

      app.thaw()
      await app.stop()
      const seen = await Promise.all(episodes.map((episode) => witness.seen(episode.name)))
      expect(seen.map(({ started }) => started)).toEqual([0, 1, 1])
      expect(await breachesOf(db)).toEqual([])
    })
  })
}
