import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import terminateIdle from '../../../handlers/postgres/terminate-idle-sessions.ts'
import terminateLong from '../../../handlers/postgres/terminate-long-queries.ts'
import { postgresTarget } from '../../../src/targets/postgres.ts'
import { createDatabase } from '../../support/postgres.ts'
import { contextFor } from './call.ts'
import { createPatient, idleInTransaction, type OpenSession, type Patient, running } from './patient.ts'

let patient: Patient
beforeAll(async () => {
  patient = await createPatient()
})
afterAll(() => patient.remove())

const idle = { state: 'idle in transaction' as const, idleFor: 0, atMost: 100 }
const long = { longerThan: 0, atMost: 100 }
const SLEEP = 'select pg_sleep(600)'

/** Whoever must survive, as a URL to connect with and a name to go by. */
const UNTOUCHABLE: [who: string, session: (patient: Patient) => Promise<{ url: string; application?: string }>][] = [
  ['another of Nightshift’s own sessions', async ({ as, app }) => ({ url: as(app), application: 'nightshift' })],
  ['a superuser', async ({ as, role }) => ({ url: as(await role('superuser noreplication')) })],
  ['a role of replication', async ({ as, role }) => ({ url: as(await role('replication')) })],
  ['a dump', async ({ as, app }) => ({ url: as(app), application: 'pg_dump' })],
  ['a backup', async ({ as, app }) => ({ url: as(app), application: 'pgBackRest [backup]' })],
  ['an excepted application', async ({ as, app }) => ({ url: as(app), application: 'Reporting-7' })],
]

describe('sessions that no handler ends', () => {
  test.each(UNTOUCHABLE)('%s, idle in a transaction', async (_, of) => {
    const { url, application } = await of(patient)
    const bystander = await idleInTransaction(url, application)
    await expectOnlyTheAppEnds(await idleInTransaction(patient.as(patient.app)), bystander, (target) =>
      terminateIdle.run(contextFor(target, { ...idle, exceptApplications: ['reporting'] })),
    )
    expect(await bystander.alive()).toBe(true)
  })

  test.each(UNTOUCHABLE)('%s, in a long query', async (_, of) => {
    const { url, application } = await of(patient)
    const bystander = await running(url, SLEEP, application)
    await expectOnlyTheAppEnds(await running(patient.as(patient.app), SLEEP), bystander, (target) =>
      terminateLong.run(contextFor(target, { ...long, exceptApplications: ['reporting'] })),
    )
  })

  test('those of another database', async () => {
    const other = await createDatabase()
    onTestFinished(other.drop)
    const bystander = await idleInTransaction(
      Object.assign(new URL(patient.as(patient.app)), { pathname: new URL(other.url).pathname }).href,
    )
    await terminateIdle.run(contextFor(patient.target, idle))
    expect(await bystander.alive()).toBe(true)
  })

  test('a walsender in this database, idle in a transaction', async () => {
    const walsender = await replicate()
    await walsender.query('begin')
    expect(await walsenders()).toEqual([{ state: 'idle in transaction' }])
    await terminateIdle.run(contextFor(patient.target, idle))
    await expect(walsender.query('IDENTIFY_SYSTEM')).resolves.toBeDefined()
  })

  test('a walsender that streams, which looks like a query that never ends', async () => {
    const walsender = await replicate()
    const { rows } = await walsender.query('IDENTIFY_SYSTEM')
    walsender.query(`START_REPLICATION PHYSICAL ${rows[0].xlogpos}`).catch(() => {})
    await expect.poll(walsenders).toEqual([{ state: 'active' }])
    expect(await terminateLong.run(contextFor(patient.target, long))).toMatchObject({ terminated: [] })
    expect(await walsenders()).toEqual([{ state: 'active' }])
  })

  test('those of roles that are not listed', async () => {
    const bystander = await idleInTransaction(patient.as(await patient.role()))
    await terminateIdle.run(contextFor(patient.target, { ...idle, users: [patient.app] }))
    expect(await bystander.alive()).toBe(true)
  })

  test('the session that asks, even under a name that is not ours', async () => {
    const own = postgresTarget('db', patient.as(patient.nightshift))
    await own.query("select set_config('application_name', 'anybody', false)")
    expect(await terminateLong.run(contextFor(own, long))).toMatchObject({ terminated: [] })
    expect(await own.query('select current_setting($1) as name', ['application_name'])).toEqual([{ name: 'anybody' }])
    await own.close()
  })

  test('parallel workers: only the session that they work for is chosen', async () => {
    const parallel = `${SLEEP} from (select count(*) from generate_series(1, 2)) few`
    const url = new URL(patient.as(patient.app))
    url.searchParams.set('options', '-c debug_parallel_query=on')
    const leader = await running(url.href, parallel)
    const workers = () =>
      patient.target.query(
        `select state from pg_stat_activity where leader_pid = $1 and backend_type = 'parallel worker'`,
        [leader.pid],
      )
    await expect.poll(workers).toEqual([{ state: 'active' }])
    const { items } = await terminateLong.plan(contextFor(patient.target, long))
    expect(items).toEqual([expect.stringContaining(`pid ${leader.pid},`)])
    expect(await terminateLong.run(contextFor(patient.target, long))).toMatchObject({
      terminated: [{ pid: leader.pid }],
      alreadyGone: 0,
    })
  })

  test('an index build that hides behind another statement', async () => {
    const app = await idleInTransaction(patient.asSuperuser())
    await app.client.query(`create table public.slow (id int); insert into public.slow values (1);
      create function public.slow(int) returns int immutable language plpgsql as
        'begin perform pg_sleep(600); return $1; end'; alter table public.slow owner to ${patient.app};
      grant create on schema public to ${patient.app}; commit`)
    const build = await running(patient.as(patient.app), 'select 1; create index on public.slow (public.slow(id))')
    expect(await terminateLong.run(contextFor(patient.target, long))).toMatchObject({ terminated: [] })
    expect(build.pid).toBeGreaterThan(0)
  })

  test('schema changes and maintenance, under way or waiting for a lock', async () => {
    const app = patient.as(patient.app)
    const holder = await idleInTransaction(patient.asSuperuser())
    await holder.client.query(`create table public.t (id int); alter table public.t owner to ${patient.app}`)
    await holder.client.query('commit; begin; lock table public.t')
    const alter = await running(app, '/* tool */ alter table public.t add column x int')
    const index = await running(app, 'create index concurrently on public.t (id)')
    const vacuum = await running(app, 'vacuum public.t')
    expect(await terminateLong.run(contextFor(patient.target, long))).toMatchObject({ terminated: [] })
    await holder.client.query('commit')
    for (const session of [alter, index, vacuum]) expect(await session.alive()).toBe(true)
  })
})

/** A client that speaks the replication protocol, as a standby or pg_receivewal does. */
async function replicate(): Promise<pg.Client> {
  const url = new URL(patient.as(await patient.role('replication')))
  url.searchParams.set('replication', 'database')
  const walsender = new pg.Client({ connectionString: url.href })
  walsender.on('error', () => {})
  await walsender.connect()
  onTestFinished(() => walsender.end())
  return walsender
}

function walsenders(): Promise<{ state: string }[]> {
  return patient.target.query(
    `select state from pg_stat_activity where backend_type = 'walsender' and datname = current_database()`,
  )
}

async function expectOnlyTheAppEnds(
  victim: OpenSession,
  bystander: OpenSession,
  run: (target: Patient['target']) => Promise<unknown>,
): Promise<void> {
  const { terminated } = (await run(patient.target)) as { terminated: { pid: number }[] }
  const pids = terminated.map(({ pid }) => pid)
  expect(pids).toContain(victim.pid)
  expect(pids).not.toContain(bystander.pid)
  const [row] = await patient.target.query<{ n: number }>(
    'select count(*)::int as n from pg_stat_activity where pid = $1',
    [bystander.pid],
  )
  expect(row?.n).toBe(1)
}
