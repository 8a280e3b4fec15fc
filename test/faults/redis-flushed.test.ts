import { Queue } from 'bullmq'
import { expect, onTestFinished, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { startRedis } from '../support/redis.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, openLane } from './lane.ts'
import { breachesOf, storyWhenOver } from './told-story.ts'

describeWith(['redis-server'], 'a service whose Redis is flushed', () => {
  test('completes the work that was queued, though Redis has forgotten it', async () => {
    const redis = await startRedis()
    const { app, db, witness, close } = await openLane(async () => ({
      env: { REDIS_URL: redis.url },
      refuse: redis.kill,
      accept: redis.start,
      remove: redis.remove,
    }))
    onTestFinished(close)
    // As BullMQ's own clients see it: paused, it takes jobs and hands none out.
    const queue = new Queue('remediations', { connection: { url: redis.url }, prefix: '{nightshift}' })
    onTestFinished(() => queue.close())
    await queue.pause()

    const episodes = oneOfEachKind()
    await deliver(app.url(), notificationOf(episodes, 'firing'))
    await eventually(async () => expect(await queue.getWaitingCount()).toBe(episodes.length))
    await redis.flushAll()

    for (const episode of episodes) {
      const story = await storyWhenOver(db, episode)
      expect(story).toEqual({ incidents: 1, decisions: 1, runs: 1, states: ['succeeded'], over: true })
      expect(await witness.seen(episode.name)).toEqual({ called: 1, started: 1, ended: 1 })
    }
    expect(await breachesOf(db)).toEqual([])
  })
})
