import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { vi } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/domain/log.ts'
import { audit } from '../../src/ledger/audit.ts'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

export const POLICIES = fileURLToPath(new URL('./policies', import.meta.url))

/** The whole service on databases of its own, driven over HTTP only. */
export type Service = Awaited<ReturnType<typeof startService>>

/** Starts it. `env` is added to what a test needs anyway. */
export async function startService(env: Record<string, string> = {}) {
  const ledgerDatabase = await createDatabase()
  const patient = await createDatabase()
  const db = openDatabase(ledgerDatabase.url, 2)
  await migrate(db)
  const role = await makeRole(patient)
  const full = {
    DATABASE_URL: ledgerDatabase.url,
    SHOP_DATABASE_URL: patient.url,
    PORT: '0',
    NIGHTSHIFT_POLICIES: POLICIES,
    ...env,
  }
  const app: App = await startApp(
    readConfig(full, () => ''),
    full,
    silentLog,
  )
  const baseUrl = `http://127.0.0.1:${app.port}`
  const sessions: pg.Client[] = []
  const patientAdmin = openDatabase(patient.url, 1)
  const headers = {
    'content-type': 'application/json',
    ...(env.NIGHTSHIFT_API_TOKEN ? { authorization: `Bearer ${env.NIGHTSHIFT_API_TOKEN}` } : {}),
  }
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: the shape of each answer is what the tests assert
    return { status: answer.status, body: (await answer.json()) as any }
  }
  return {
    app,
    db,
    baseUrl,
    call,
    get: (path: string) => call('GET', path),
    post: (path: string, body: unknown) => call('POST', path, body),
    notify: (labels: Record<string, string>, status: 'firing' | 'resolved' = 'firing') =>
      call('POST', '/webhooks/alertmanager', notification(labels, status)),
    /** A session that begins a transaction and forgets it; returns when the rules' `idleFor` has passed, by the patient's own clock. */
    async forgetTransaction() {
      const client = new pg.Client({ connectionString: role, application_name: 'shop' })
      client.on('error', () => {})
      await client.connect()
      await client.query('begin')
      sessions.push(client)
      await vi.waitFor(
        async () => {
          const { rows } = await patientAdmin.query(
            "select 1 from pg_stat_activity where state = 'idle in transaction' and state_change < now() - interval '5 seconds' and datname = current_database()",
          )
          if (rows.length === 0) throw new Error('not idle for long enough')
        },
        { timeout: 20_000, interval: 100 },
      )
    },
    /** Waits until a question is answered as wanted; the service works in its own time. */
    until: (question: () => Promise<void>) => vi.waitFor(question, { timeout: 60_000, interval: 50 }),
    audit: (): Promise<Awaited<ReturnType<typeof audit>>> => audit(db as Database, new Date()),
    async close() {
      await app.stop()
      await Promise.all(sessions.map((client) => client.end().catch(() => {})))
      await patientAdmin.close()
      await db.close()
      await ledgerDatabase.drop()
      await patient.drop()
    },
  }
}

/** An application's role on the patient: handlers never end a superuser's sessions, so the tests' own role will not do. */
async function makeRole(patient: TestDatabase): Promise<string> {
  const name = `app_${createHash('sha256').update(patient.url).digest('hex').slice(0, 12)}`
  const admin = new pg.Client({ connectionString: patient.url })
  await admin.connect()
  await admin.query(`create role ${name} login password 'app'`)
  await admin.end()
  const url = new URL(patient.url)
  url.username = name
  url.password = 'app'
  return url.href
}

const STARTS_AT = new Date()

/** What Alertmanager sends about one alert. */
export function notification(labels: Record<string, string>, status: 'firing' | 'resolved') {
  const fingerprint = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16)
  const endsAt = status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString()
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status,
    receiver: 'nightshift',
    alerts: [
      { status, labels, annotations: {}, startsAt: STARTS_AT.toISOString(), endsAt, generatorURL: '', fingerprint },
    ],
  }
}
