import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { PostgresTarget } from '../../src/handler/targets.ts'
import { postgresTarget } from '../../src/targets/postgres.ts'
import { createDatabase, runOn, startServer, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

function client(url = database.url): PostgresTarget {
  const target = postgresTarget('db', url)
  onTestFinished(() => target.close())
  return target
}

const pidOf = async (target: PostgresTarget) =>
  (await target.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid

const withParts = (parts: { username?: string; password?: string; port?: string; pathname?: string }) =>
  Object.assign(new URL(database.url), parts).href

describe('the client of a PostgreSQL target', () => {
  test('runs statements with bound values and gives back rows', async () => {
    const hostile = `'; drop table users; --`
    expect(await client().query('select $1::text as text, 1 + $2::int as n', [hostile, 1])).toEqual([
      { text: hostile, n: 2 },
    ])
  })

  test('connects at the first statement, not before', async () => {
    expect(() => client('postgres://nobody:secret@127.0.0.1:1/none')).not.toThrow()
  })

  test('keeps one connection, over statements at the same time and over ones that fail', async () => {
    const target = client()
    const first = await pidOf(target)
    await expect(target.query('select 1/0')).rejects.toMatchObject({ code: 'bad-parameter' })
    expect(new Set(await Promise.all([1, 2, 3].map(() => pidOf(target))))).toEqual(new Set([first]))
  })

  test('works under its own name, limits and search path, whatever the URL says', async () => {
    const url = new URL(database.url)
    url.searchParams.set('application_name', 'fluxbase-api')
    url.searchParams.set('statement_timeout', '0')
    url.searchParams.set('options', '-c search_path=public -c lock_timeout=0')
    const names = ['application_name', 'statement_timeout', 'lock_timeout', 'search_path']
    expect(
      await client(url.href).query('select name, current_setting(name) as is from unnest($1::text[]) name', [names]),
    ).toEqual([
      { name: 'application_name', is: 'nightshift' },
      { name: 'statement_timeout', is: '10s' },
      { name: 'lock_timeout', is: '3s' },
      { name: 'search_path', is: 'pg_catalog' },
    ])
  })

  test('does not run a function that somebody put into the database under a built-in’s name', async () => {
    await runOn(database.url, `create function public.lower(name) returns text language sql as $$ select 'hijacked' $$`)
    expect(await client().query(`select lower('ABC'::name) as word`)).toEqual([{ word: 'abc' }])
  })

  test('replaces a connection that the server ended', async () => {
    const target = client()
    const first = await pidOf(target)
    await runOn(database.url, `select pg_terminate_backend(${first}, 5000)`)
    await expect.poll(() => pidOf(target).catch(() => first)).not.toBe(first)
  })

  test('a statement on a connection that ends under it is refused as unavailable, and the next one works', async () => {
    const target = client()
    const pid = await pidOf(target)
    const asleep = expect(target.query('select pg_sleep(600)')).rejects.toMatchObject({ code: 'target-unavailable' })
    await runOn(database.url, `select pg_terminate_backend(${pid}, 5000)`)
    await asleep
    expect(await pidOf(target)).not.toBe(pid)
  })

  test('comes back after a restart of the server', async () => {
    const server = await startServer()
    onTestFinished(() => server.remove())
    const target = client(server.url)
    await pidOf(target)
    await server.stop()
    await expect(target.query('select 1')).rejects.toMatchObject({ code: 'target-unavailable' })
    await server.start()
    expect(await target.query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a cancelled statement is a timeout, and costs no connection', async () => {
    const target = client()
    const pid = await pidOf(target)
    const canceller = new pg.Client({ connectionString: database.url })
    await canceller.connect()
    onTestFinished(() => canceller.end())
    const asleep = expect(target.query('select pg_sleep(600)')).rejects.toMatchObject({ code: 'timeout' })
    await expect
      .poll(async () => (await canceller.query('select pg_cancel_backend($1) as done', [pid])).rows[0].done)
      .toBe(true)
    await asleep
    expect(await pidOf(target)).toBe(pid)
  })

  test('a network that goes silent is a timeout, and the next statement takes another connection', async () => {
    const proxy = await silencableProxy(database.url)
    const target = postgresTarget('db', proxy.url, 100)
    const pid = await pidOf(target)
    proxy.silence()
    await expect(target.query('select 1')).rejects.toMatchObject({ code: 'timeout' })
    expect(await pidOf(target)).not.toBe(pid)
    await target.close()
  })

  test('closing does not wait for a network that is silent', async () => {
    const proxy = await silencableProxy(database.url)
    const target = postgresTarget('db', proxy.url)
    await pidOf(target)
    proxy.silence()
    await expect(target.close()).resolves.toBeUndefined()
  })

  test('a closed client refuses', async () => {
    const target = client()
    await target.close()
    await expect(target.query('select 1')).rejects.toMatchObject({ code: 'target-unavailable' })
  })
})

/** Stands before a server; connections that it has when it is silenced hear nothing any more, not even an end. */
async function silencableProxy(url: string): Promise<{ url: string; silence: () => void }> {
  const { hostname, port } = new URL(url)
  const open: Socket[] = []
  const proxy = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    open.push(inner, outer)
    for (const socket of [inner, outer]) socket.on('error', () => {})
    inner.pipe(outer)
    outer.pipe(inner)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    proxy.close()
  })
  return {
    url: withParts({ port: String((proxy.address() as AddressInfo).port) }),
    silence: () => {
      for (const socket of open) {
        socket.unpipe()
        socket.pause()
      }
    },
  }
}

describe('what a PostgreSQL target’s errors say', () => {
  test.each([
    ['nobody listens', () => withParts({ port: '1' }), 'target-unavailable', /ECONNREFUSED/],
    [
      'the password is wrong',
      () => withParts({ password: 'hunter2' }),
      'target-misconfigured',
      /authentication failed/,
    ],
    ['there is no such database', () => withParts({ pathname: '/none' }), 'target-misconfigured', /does not exist/],
    [
      'it wants TLS and the server has none',
      () => `${database.url}?sslmode=verify-full`,
      'target-misconfigured',
      /SSL/,
    ],
  ] as const)('when %s', async (_, url, code, message) => {
    const said = await client(url())
      .query('select 1')
      .catch((error: unknown) => error)
    expect(said).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test.each([
    ['relation', 'select from missing', 'target-misconfigured'],
    ['function', 'select missing()', 'target-misconfigured'],
  ])('a %s that this server does not have is a matter of configuration', async (_, statement, code) => {
    await expect(client().query(statement)).rejects.toMatchObject({ code })
  })

  test('a refused permission names the grant that is missing', async () => {
    await runOn(
      database.url,
      `create role ns_actor login password 'secret'; create role ns_victim login password 'secret'`,
    )
    onTestFinished(() => runOn(database.url, 'drop role ns_actor; drop role ns_victim'))
    const victim = client(withParts({ username: 'ns_victim', password: 'secret' }))
    const actor = client(withParts({ username: 'ns_actor', password: 'secret' }))
    await expect(actor.query('select pg_terminate_backend($1)', [await pidOf(victim)])).rejects.toMatchObject({
      code: 'target-misconfigured',
      message: expect.stringContaining('GRANT pg_signal_backend TO "ns_actor"'),
    })
  })

  test.each(['postgres://user:hunter2@[bad/db', 'postgres://user:hunter2@host:99999999/db'])(
    'a URL that cannot be read is not quoted: %#',
    async (url) => {
      const said = await Promise.resolve()
        .then(() => client(url).query('select 1'))
        .catch((error: unknown) => error)
      expect(said).toMatchObject({ code: 'target-misconfigured' })
      expect(everythingIn(said)).not.toContain('hunter2')
    },
  )

  test('no error quotes the password', async () => {
    const unresolvable = 'postgres://%zz:hunter2@no-such-host.invalid/d'
    for (const url of [
      withParts({ password: 'hunter2' }),
      withParts({ port: '1', password: 'hunter2' }),
      unresolvable,
    ]) {
      const said = await client(url)
        .query('select 1')
        .catch((error: unknown) => error)
      expect(everythingIn(said)).not.toContain('hunter2')
    }
  })
})

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error)
  const own = Object.getOwnPropertyNames(error).map((key) => String((error as unknown as Record<string, unknown>)[key]))
  return [...own, error.cause === undefined ? '' : everythingIn(error.cause)].join('\n')
}
