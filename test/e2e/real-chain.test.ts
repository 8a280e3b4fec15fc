import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { removeEmbedded } from '../../src/embedded/place.ts'
import { startEmbedded } from '../../src/embedded/server.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { breachesOf } from '../faults/told-story.ts'
import { startAppProcess } from '../support/app-process.ts'
import { describeWith } from '../support/real-servers.ts'
import { startRedis } from '../support/redis.ts'
import { shortenedPolicies } from './shortened-policies.ts'
import { startWatchedPatient } from './watched-patient.ts'

const CHAIN = ['prometheus', 'alertmanager', 'postgres_exporter']
const TOKEN = 'the-webhook-token'

const QUEUES = [
  { name: 'PostgreSQL', queue: 'postgres', needs: CHAIN, open: async () => ({}) },
  {
    name: 'Redis',
    queue: 'redis',
    needs: [...CHAIN, 'redis-server'],
    open: async () => {
      const redis = await startRedis()
      onTestFinished(redis.remove)
      return { REDIS_URL: redis.url }
    },
  },
]

for (const { name, queue, needs, open } of QUEUES) {
  describeWith(needs, `a real exporter, Prometheus and Alertmanager, and the service with its queue on ${name}`, () => {
    test('free a database that is full, see that it helped, and close the incident', async () => {
      const { patient, prometheusUrl, alertTo } = await startWatchedPatient()
      const { app, db } = await startService({
        ...(await open()),
        NIGHTSHIFT_POLICIES: await shortenedPolicies(),
        NIGHTSHIFT_WEBHOOK_TOKEN: TOKEN,
        FLUXBASE_DATABASE_URL: patient.agentUrl,
        PROMETHEUS_URL: prometheusUrl,
      })
      expect(app.log().find(({ msg }) => msg.startsWith('listening'))).toMatchObject({ queue })
      await alertTo({ url: `${app.url()}/webhooks/alertmanager`, token: TOKEN })

      const { refusal } = await patient.saturate()
      expect(refusal).toMatch(/remaining connection slots are reserved/)
      const facts = async <Row extends Record<string, unknown>>(text: string) => (await db.query<Row>(text)).rows
      await vi.waitFor(
        async () => {
          expect(await facts('select state from incident')).toEqual([{ state: 'closed' }])
          expect(await facts('select state from remediation')).toEqual([{ state: 'succeeded' }])
        },
        { timeout: 90_000, interval: 100 },
      )
      expect(await patient.accepts()).toBe(true)

      expect(await facts("select system, rule, severity, labels->>'job' as job, repeats from incident")).toEqual([
        {
          system: 'fluxbase',
          rule: 'database-connections-saturated',
          severity: 'P1',
          job: 'fluxbase-postgres',
          repeats: 0,
        },
      ])
      expect(await facts('select number, outcome from run')).toEqual([{ number: 1, outcome: 'done' }])
      const told = (kind: string) =>
        facts(`select payload->'data' as data from entry where kind = '${kind}' order by position desc limit 1`)
      expect(await told('verification.checked')).toMatchObject([{ data: { recovered: true } }])
      expect(await told('incident.closed')).toMatchObject([{ data: { reason: 'alert-resolved' } }])
      // One notification that it fires, one that it is over, both from Alertmanager itself.
      expect(
        await facts(
          `select body::jsonb->>'status' as status, body::jsonb->>'receiver' as receiver, jsonb_array_length(body::jsonb->'alerts') as alerts
             from notification order by received_at`,
        ),
      ).toEqual([
        { status: 'firing', receiver: 'nightshift', alerts: 1 },
        { status: 'resolved', receiver: 'nightshift', alerts: 1 },
      ])
      expect(await breachesOf(db)).toEqual([])
      await app.stop()
    })
  })
}

/** The service on an embedded PostgreSQL of its own, and its ledger. */
async function startService(env: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-test-data-'))
  const folder = join(dataDir, 'postgres')
  onTestFinished(async () => {
    await removeEmbedded(folder)
    await removeEmbedded(dataDir)
  })
  const app = await startAppProcess({ NIGHTSHIFT_DATA: dataDir, ...env })
  onTestFinished(app.remove)
  const server = await startEmbedded({ dataDir: folder, log: silentLog })
  onTestFinished(server.stop)
  const db = openDatabase(server.url, 2)
  onTestFinished(db.close)
  return { app, db }
}
