import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { PostgresTarget } from '../../../src/handler/targets.ts'
import { postgresTarget } from '../../../src/targets/postgres.ts'
import { createDatabase, runOn, type TestDatabase } from '../../support/postgres.ts'

/** A database with an application on it, and Nightshift beside it, each with a role of its own. */
export type Patient = {
  database: TestDatabase
  /** Nightshift's client, under a role that has exactly the grants that the docs ask for. */
  target: PostgresTarget
  /** Names of the application's and Nightshift's roles. */
  app: string
  nightshift: string
  /** A superuser's URL, of any database on the server. */
  asSuperuser: (database?: string) => string
  /** A role's URL on this database. */
  as: (role: string) => string
  /** Makes a role that can log in, with the given attributes, for this patient. */
  role: (attributes?: string) => Promise<string>
  remove: () => Promise<void>
}

/** A superuser's URL for each server, to end sessions with when ordinary roles cannot get in. */
const superusers = new Map<string, string>()

export const GRANTS = ['pg_read_all_stats', 'pg_signal_backend']

export async function createPatient(serverUrl?: string, grants: readonly string[] = GRANTS): Promise<Patient> {
  const database = await createDatabase(serverUrl)
  superusers.set(new URL(database.url).host, database.url)
  const roles: string[] = []
  const asSuperuser = (name?: string) => withParts(database.url, name === undefined ? {} : { pathname: `/${name}` })
  const role = async (attributes = '') => {
    const name = `role_${randomBytes(4).toString('hex')}`
    await runOn(database.url, `create role ${name} login password 'secret' ${attributes}`)
    roles.push(name)
    return name
  }
  const as = (name: string) => withParts(database.url, { username: name, password: 'secret' })
  const app = await role()
  const nightshift = await role()
  if (grants.length > 0) await runOn(database.url, `grant ${grants.join(', ')} to ${nightshift}`)
  const target = postgresTarget('db', as(nightshift))
  return {
    database,
    target,
    app,
    nightshift,
    asSuperuser,
    as,
    role,
    remove: async () => {
      await target.close()
      const elsewhere = asSuperuser('postgres')
      await database.drop()
      for (const name of roles) await runOn(elsewhere, `drop role ${name}`)
    },
  }
}

function withParts(url: string, parts: { pathname?: string; username?: string; password?: string }): string {
  return Object.assign(new URL(url), parts).href
}

/** A session of somebody's, with the time of its end. */
export type OpenSession = { client: pg.Client; pid: number; ended: Promise<void>; alive: () => Promise<boolean> }

/** Connects. At the end of the test the session is ended from outside, whatever it is in the middle of. */
export async function openSession(url: string, application = 'fluxbase-api'): Promise<OpenSession> {
  const client = new pg.Client({ connectionString: url, application_name: application })
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  client.on('error', () => {}) // a session that is ended says so here; `ended` is what tests look at
  await client.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  onTestFinished(() => runOn(superuserOf(url), `select pg_terminate_backend(${Number(rows[0].pid)}, 5000)`))
  return {
    client,
    pid: rows[0].pid,
    ended,
    alive: () =>
      client.query('select 1').then(
        () => true,
        () => false,
      ),
  }
}

/** A session that has begun a transaction and does nothing in it. */
export async function idleInTransaction(url: string, application?: string): Promise<OpenSession> {
  const session = await openSession(url, application)
  await session.client.query('begin')
  return session
}

/** A session whose statement runs until somebody ends it; resolves once the server shows it as active. */
export async function running(url: string, statement: string, application?: string): Promise<OpenSession> {
  const session = await openSession(url, application)
  const watcher = await openSession(superuserOf(url), 'watcher')
  let failure: Error | null = null
  session.client.query(statement).catch((error: Error) => {
    failure = error
  })
  for (;;) {
    if (failure) throw failure
    const { rowCount } = await watcher.client.query(
      `select from pg_stat_activity where pid = $1 and state = 'active' and query = $2 and query_start < now()`,
      [session.pid, statement],
    )
    if (rowCount) return session
  }
}

function superuserOf(url: string): string {
  return superusers.get(new URL(url).host) ?? url
}
