import { expect, onTestFinished, test } from 'vitest'
import { eventually, openLane } from '../faults/lane.ts'
import { QUEUES } from '../faults/queue-kinds.ts'
import { breachesOf, storyWhenOver } from '../faults/told-story.ts'
import { startServer } from '../support/postgres.ts'
import { describeWith } from '../support/real-servers.ts'
import { newAlert, startRecordedAlertmanager, tellAlertmanager } from './real-alertmanager.ts'

for (const { name, needs, open } of QUEUES) {
  describeWith(['alertmanager', ...needs], `a real Alertmanager and a service with its queue on ${name}`, () => {
    test('outlast a stopped ledger: the notification is refused with 503, comes again, and leads to one run', async () => {
      const server = await startServer()
      onTestFinished(server.remove)
      const { app, db, witness, close } = await openLane(open, { server: server.url })
      onTestFinished(close)
      const alertmanager = await startRecordedAlertmanager(app.url)
      const statuses = () => alertmanager.deliveries.map(({ status }) => status)

      await server.stop()
      const alert = newAlert()
      await tellAlertmanager(alertmanager.url, alert)
      await eventually(async () => expect(statuses().length).toBeGreaterThanOrEqual(2))
      expect(new Set(statuses())).toEqual(new Set([503]))
      await server.start()

      const { incidents, decisions, runs } = await storyWhenOver(db, alert)
      expect({ incidents, decisions, runs }).toEqual({ incidents: 1, decisions: 1, runs: 1 })
      expect(await witness.seen(alert.name)).toEqual({ called: 1, started: 1, ended: 1 })

      const refused = statuses().filter((status) => status === 503).length
      expect(statuses()).toEqual([...Array(refused).fill(503), 202])
      expect(new Set(alertmanager.deliveries.map(({ body }) => body)).size).toBe(1)
      const metrics = await (await fetch(`${app.url()}/metrics`)).text()
      expect(metrics).toContain(`nightshift_notifications_refused_total{reason="ledger-unavailable"} ${refused}\n`)
      expect(await breachesOf(db)).toEqual([])
    })
  })
}
