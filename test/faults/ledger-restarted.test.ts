import { expect, onTestFinished, test } from 'vitest'
import { startServer } from '../support/postgres.ts'
import { describeWith } from '../support/real-servers.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, openLane } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { breachesOf, storyWhenOver } from './told-story.ts'

/** Long enough for the leases of three runs to be lost, or for none; who has lost its lease acts no more. */
const OUTAGES = [
  { outage: 'restarted', lost: 0, ended: 1 },
  { outage: 'away for longer than a lease', lost: 3, ended: 0 },
]

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a service with its queue on ${name}, whose ledger is restarted during runs`, () => {
    test.for(OUTAGES)(
      'refuses with 503 while it is $outage, and loses and repeats nothing',
      async ({ lost, ended }) => {
        const server = await startServer()
        onTestFinished(server.remove)
        const { app, db, witness, close } = await openLane(open, { server: server.url })
        onTestFinished(close)
        const during = oneOfEachKind()
        for (const episode of during) await witness.hold(episode.name, 'started')
        await deliver(app.url(), notificationOf(during, 'firing'))
        for (const episode of during) {
          await eventually(async () => expect(await witness.seen(episode.name)).toMatchObject({ started: 1 }))
        }

        await server.stop()
        const after = oneOfEachKind()
        const body = notificationOf(after, 'firing')
        expect(await deliver(app.url(), body)).toEqual({ refused: 503 })
        const losses = () => app.log().filter(({ msg }) => msg.startsWith('the lease of a run is lost'))
        await eventually(async () => expect(losses()).toHaveLength(lost))
        for (const episode of during) await witness.letGo(episode.name)
        await server.start()
        await eventually(async () => expect(await deliver(app.url(), body)).toHaveProperty('id'))

        for (const episode of during) {
          expect(await storyWhenOver(db, episode)).toMatchObject({ incidents: 1 })
          if (episode.kind !== 'again')
            expect(await witness.seen(episode.name)).toEqual({ called: 1, started: 1, ended })
        }
        // These found their targets free, or followed whoever was there.
        for (const episode of after) {
          const { incidents, decisions, runs } = await storyWhenOver(db, episode)
          expect({ incidents, decisions }).toEqual({ incidents: 1, decisions: 1 })
          expect((await witness.seen(episode.name)).started).toBe(runs)
        }
        expect(await breachesOf(db)).toEqual([])
        expect(app.log().filter(({ msg }) => msg.startsWith('listening'))).toHaveLength(1)
      },
    )
  })
}
