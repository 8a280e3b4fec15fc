import { expect, onTestFinished, test } from 'vitest'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, openLane } from './lane.ts'
import { openPostgresQueue } from './queue-kinds.ts'
import { breachesOf, storyWhenOver, toldStory } from './told-story.ts'

test('a run that waited for its turn for longer than a lease is not taken for dead when it starts', async () => {
  const { app, db, witness, queue, holdDecisions, close } = await openLane(openPostgresQueue)
  onTestFinished(close)
  const episodes = oneOfEachKind()
  for (const episode of episodes) await witness.hold(episode.name, 'started')
  await queue.refuse()
  await deliver(app.url(), notificationOf(episodes, 'firing'))
  for (const { fingerprint } of episodes) {
    await eventually(async () => expect(await toldStory(db, fingerprint)).toMatchObject({ decisions: 1 }))
  }
  const letGo = await holdDecisions()
  await queue.accept()
  await eventually(async () => {
    const { rows } = await db.query(
      `select from pg_stat_activity join pg_locks using (pid) join remediation on remediation.state = 'queued'
        where locktype = 'advisory' and not granted and now() - xact_start > interval '4500 ms'`,
    )
    expect(rows.length).toBeGreaterThan(0)
  })
  await letGo()

  // The lease is four seconds: these have beaten.
  await eventually(async () => {
    const { rows } = await db.query("select from run where lease_until > started_at + interval '5 s'")
    expect(rows).toHaveLength(episodes.length)
  })
  for (const episode of episodes) {
    await witness.letGo(episode.name)
    expect(await storyWhenOver(db, episode)).toMatchObject({ runs: 1, states: ['succeeded'] })
  }
  expect(await breachesOf(db)).toEqual([])
})
