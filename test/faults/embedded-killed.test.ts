import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { removeEmbedded } from '../../src/embedded/place.ts'
import { startEmbedded } from '../../src/embedded/server.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { startAppProcess } from '../support/app-process.ts'
import { deliver, notificationOf, oneOfEachKind } from './episode.ts'
import { eventually, faultEnv } from './lane.ts'
import { breachesOf, storyWhenOver } from './told-story.ts'
import { openWitness } from './witness.ts'

describe('a service on the embedded default, killed during the run', () => {
  test('adopts the server that it left behind, and ends the story', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-test-data-'))
    const folder = join(dataDir, 'postgres')
    onTestFinished(async () => {
      await removeEmbedded(folder)
      await rm(dataDir, { recursive: true })
    })
    const witness = await openWitness()
    onTestFinished(witness.remove)
    const app = await startAppProcess({ NIGHTSHIFT_DATA: dataDir, ...faultEnv(witness) })
    onTestFinished(app.remove)
    const servers = () => app.log().filter(({ msg }) => msg.startsWith('embedded PostgreSQL: '))

    const episodes = oneOfEachKind()
    for (const episode of episodes) await witness.hold(episode.name, 'ended')
    await deliver(app.url(), notificationOf(episodes, 'firing'))
    for (const episode of episodes) {
      await eventually(async () => expect(await witness.seen(episode.name)).toMatchObject({ ended: 1 }))
    }
    await app.kill9()
    for (const episode of episodes) await witness.letGo(episode.name)
    await app.restart()
    const [first, second] = servers()
    expect([first?.msg, second?.msg]).toEqual(['embedded PostgreSQL: started', 'embedded PostgreSQL: joined'])
    expect(second?.port).toBe(first?.port)

    const server = await startEmbedded({ dataDir: folder, log: silentLog })
    onTestFinished(server.stop)
    const db = openDatabase(server.url, 2)
    onTestFinished(db.close)
    const states = []
    for (const episode of episodes) states.push((await storyWhenOver(db, episode)).states)
    expect(states).toEqual([['unknown'], ['succeeded'], ['succeeded']])
    expect(await breachesOf(db)).toEqual([])
    await app.stop()
  })
})
