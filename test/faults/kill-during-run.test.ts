import { expect, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { deliver, type Kind, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, ROUNDS, useLanes } from './lane.ts'
import { QUEUES } from './queue-kinds.ts'
import { breachesOf, storyWhenOver, type ToldStory } from './told-story.ts'
import { MOMENTS, type Moment } from './witness-action.ts'

type End = Pick<ToldStory, 'runs' | 'states'> & { started: number }

const ACTED_ONCE: End = { runs: 1, states: ['succeeded'], started: 1 }
const RUN_AGAIN: End = { runs: 2, states: ['succeeded'], started: 1 }
const LEFT_TO_PERSON: End = { runs: 1, states: ['unknown'], started: 1 }

/** How the story of each kind must end when the kill falls into this moment of the action. */
const ENDS: Partial<Record<Kind, Record<Moment, End>>> = {
  once: { called: { ...LEFT_TO_PERSON, started: 0 }, started: LEFT_TO_PERSON, ended: LEFT_TO_PERSON },
  'once-and-tell': { called: RUN_AGAIN, started: LEFT_TO_PERSON, ended: ACTED_ONCE },
  again: { called: RUN_AGAIN, started: { ...RUN_AGAIN, started: 2 }, ended: { ...RUN_AGAIN, started: 2 } },
}

for (const { name, needs, open } of QUEUES) {
  describeWith(needs, `a service with its queue on ${name}, killed during the run`, () => {
    const playRounds = useLanes(open)

    test(`never acts a second time in doubt, and ends the story, ${ROUNDS} times of ${ROUNDS}`, async () => {
      await playRounds(async ({ app, db, witness }, round) => {
        const moment = MOMENTS[round % MOMENTS.length] as Moment
        const episodes = oneOfEachKind()
        for (const episode of episodes) await witness.hold(episode.name, moment)
        await deliver(app.url(), notificationOf(episodes, 'firing'))
        for (const episode of episodes) {
          await eventually(async () => expect(await witness.seen(episode.name)).toMatchObject({ [moment]: 1 }))
        }
        await app.kill9()
        for (const episode of episodes) await witness.letGo(episode.name)
        await app.restart()

        for (const episode of episodes) {
          const { incidents, decisions, runs, states } = await storyWhenOver(db, episode)
          const { started } = await witness.seen(episode.name)
          expect({ incidents, decisions }).toEqual({ incidents: 1, decisions: 1 })
          expect({ runs, states, started }, `${episode.kind}, ${moment}`).toEqual(ENDS[episode.kind]?.[moment])
        }
        expect(await breachesOf(db)).toEqual([])

        // What was left to a person holds its target until the incident is over.
        await deliver(app.url(), notificationOf(episodes, 'resolved'))
        for (const episode of episodes) {
          await eventually(async () => {
            expect(await storyWhenOver(db, episode)).toMatchObject({ decisions: 1, states: ['succeeded'] })
          })
        }
      })
    })
  })
}
