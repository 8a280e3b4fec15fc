import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { eventually, openLane } from '../faults/lane.ts'
import { QUEUES } from '../faults/queue-kinds.ts'
import { breachesOf, storyWhenOver } from '../faults/told-story.ts'
import { describeWith } from '../support/real-servers.ts'
import { newAlert, startRecordedAlertmanager, tellAlertmanager } from './real-alertmanager.ts'

/** Peers that cannot tell each other in time that a notification is sent already, as with a slow network between them. */
function peerFlags(own: number, other: number): string[] {
  return [
    `--cluster.listen-address=127.0.0.1:${own}`,
    `--cluster.advertise-address=127.0.0.1:${own}`,
    `--cluster.peer=127.0.0.1:${other}`,
    '--cluster.peer-timeout=0s',
    '--cluster.gossip-interval=1h',
    '--cluster.pushpull-interval=1h',
    '--cluster.settle-timeout=100ms',
  ]
}

describeWith(['alertmanager'], 'two real Alertmanagers of one cluster', () => {
  test('deliver the same alert each, and it stays one incident with one run', async () => {
    const [queue] = QUEUES
    if (queue === undefined) throw new Error('no queue')
    const { app, db, witness, close } = await openLane(queue.open)
    onTestFinished(close)
    const [one, two] = [await freePort(), await freePort()]
    const first = await startRecordedAlertmanager(app.url, peerFlags(one, two))
    const second = await startRecordedAlertmanager(app.url, peerFlags(two, one))
    await eventually(async () => {
      const answer = await fetch(`${second.url}/api/v2/status`)
      expect(await answer.json()).toMatchObject({ cluster: { status: 'ready', peers: { length: 2 } } })
    })

    const alert = newAlert()
    await Promise.all([first, second].map(({ url }) => tellAlertmanager(url, alert)))
    const delivered = async (times: number) => {
      for (const { deliveries } of [first, second]) {
        await eventually(async () => expect(deliveries.map(({ status }) => status)).toEqual(Array(times).fill(202)))
      }
    }
    await delivered(1)
    expect(await storyWhenOver(db, alert)).toMatchObject({ incidents: 1, decisions: 1, runs: 1 })

    const endsAt = new Date()
    await Promise.all([first, second].map(({ url }) => tellAlertmanager(url, alert, endsAt)))
    await delivered(2)
    await eventually(async () => {
      const { rows } = await db.query(
        'select count(*)::int as all, count(decided_at)::int as decided from notification',
      )
      expect(rows).toEqual([{ all: 4, decided: 4 }])
    })
    const { rows } = await db.query('select state, repeats from incident')
    expect(rows).toEqual([{ state: 'closed', repeats: 1 }])
    expect(await witness.seen(alert.name)).toEqual({ called: 1, started: 1, ended: 1 })
    expect(await breachesOf(db)).toEqual([])
  })
})
