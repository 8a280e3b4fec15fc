import { describe, expect, test } from 'vitest'
import type { Log } from '../../src/domain/log.ts'
import type { Call, Json } from '../../src/domain/policy.ts'
import { type ActingHandler, defineHandler, type Handler } from '../../src/handler/define.ts'
import { duration, z } from '../../src/handler/index.ts'
import { createInvoker } from '../../src/handler/invoke.ts'
import type { PostgresTarget } from '../../src/handler/targets.ts'

const target: PostgresTarget = { name: 'db', query: async () => [], close: async () => {} }
const params = z.strictObject({ idleFor: duration(), atMost: z.int().default(5) })
const CALL: Call = { handler: 'postgres/try-out', target: 'db', params: { idleFor: '5m' } }
const NEVER = new AbortController().signal

const looks = defineHandler({
  summary: 'Look',
  target: 'postgres',
  danger: 'read-only',
  timeout: '5s',
  params,
  run: async (context) => ({ summary: `${context.params.idleFor}/${context.params.atMost}`, columns: [], rows: [] }),
})

const acting = (more: Partial<ActingHandler<typeof params, 'postgres'>> = {}) =>
  defineHandler({
    summary: 'Act',
    target: 'postgres',
    danger: 'disruptive',
    idempotent: false,
    timeout: '5s',
    params,
    plan: async () => ({ summary: 'planned', items: ['one'] }),
    run: async (context) => context.params.idleFor,
    verify: async () => ({ recovered: true, evidence: 'seen' }),
    ...more,
  })

function invoker(handler: unknown, lines: unknown[] = []) {
  const write = (data: object, message: string) => lines.push([data, message])
  return createInvoker({
    registry: new Map([[CALL.handler, handler as Handler]]),
    openTarget: (system, name, kind) => {
      expect([system, name, kind]).toEqual(['fluxbase', 'db', 'postgres'])
      return target
    },
    log: { info: write, warn: write } as unknown as Log,
    now: () => new Date('2026-03-02T03:00:00Z'),
  })
}

describe('calling a handler', () => {
  test('it gets its parameters decoded, with defaults', async () => {
    expect(await invoker(looks).diagnose('fluxbase', CALL, NEVER)).toMatchObject({ summary: '300000/5' })
    expect(await invoker(acting()).run('fluxbase', CALL, NEVER)).toBe(300_000)
  })

  test('it gets the client of its target, and the clock', async () => {
    const run = async (context: { target: PostgresTarget; now: () => Date }): Promise<Json> => {
      expect(context.target.name).toBe('db')
      expect(await context.target.query('select 1')).toEqual([])
      return context.now().toISOString()
    }
    expect(await invoker(acting({ run })).run('fluxbase', CALL, NEVER)).toBe('2026-03-02T03:00:00.000Z')
  })

  test('its log lines say which handler and target they are about', async () => {
    const lines: unknown[] = []
    const handler = acting({
      run: async ({ log }) => {
        log.info('did', { n: 1 })
        log.warn('but')
        return null
      },
    })
    await invoker(handler, lines).run('fluxbase', CALL, NEVER)
    const about = { handler: 'postgres/try-out', target: 'db' }
    expect(lines).toEqual([
      [{ ...about, n: 1 }, 'did'],
      [about, 'but'],
    ])
  })

  test.each([
    ['a parameter that is missing', {}, /idleFor: /],
    ['a parameter that is none', { idleFor: '5m', force: true }, /force/],
    ['a value out of a label', { idleFor: "5m'; drop table users" }, /idleFor: not a duration/],
  ])('%s is refused before anything is opened', async (_, wrong, message) => {
    const calling = invoker(acting()).run('fluxbase', { ...CALL, params: wrong as Call['params'] }, NEVER)
    await expect(calling).rejects.toMatchObject({ code: 'bad-parameter', message: expect.stringMatching(message) })
  })

  test('a handler that there is not', async () => {
    const calling = invoker(acting()).run('fluxbase', { ...CALL, handler: 'postgres/other' }, NEVER)
    await expect(calling).rejects.toMatchObject({ code: 'unknown-handler' })
  })

  test('one that acts cannot diagnose, and one that looks cannot act', async () => {
    await expect(invoker(acting()).diagnose('fluxbase', CALL, NEVER)).rejects.toMatchObject({ code: 'bad-parameter' })
    await expect(invoker(looks).run('fluxbase', CALL, NEVER)).rejects.toMatchObject({ code: 'unknown-handler' })
    await expect(invoker(looks).plan('fluxbase', CALL, NEVER)).rejects.toMatchObject({ code: 'unknown-handler' })
  })

  test('what it throws comes through as it is', async () => {
    const failure = new Error('no')
    const run = () => Promise.reject(failure)
    await expect(invoker(acting({ run })).run('fluxbase', CALL, NEVER)).rejects.toBe(failure)
  })

  test('at its time limit its signal fires and it is left behind, though it ignores the signal', async () => {
    let seen: AbortSignal | undefined
    const run = ({ signal }: { signal: AbortSignal }) => {
      seen = signal
      return new Promise<never>(() => {})
    }
    await expect(invoker(acting({ run, timeout: '20ms' })).run('fluxbase', CALL, NEVER)).rejects.toMatchObject({
      code: 'timeout',
      message: 'postgres/try-out did not end within its time limit',
    })
    expect(seen?.aborted).toBe(true)
  })

  test('after its time limit it reaches its target no more, though it goes on', async () => {
    let late: Promise<unknown> | undefined
    const run = ({ target, signal }: { target: PostgresTarget; signal: AbortSignal }) =>
      new Promise<never>(() => {
        signal.addEventListener('abort', () => {
          late = target.query('select pg_terminate_backend(1)')
          late.catch(() => {})
        })
      })
    await expect(invoker(acting({ run, timeout: '20ms' })).run('fluxbase', CALL, NEVER)).rejects.toThrow('time limit')
    await expect(late).rejects.toThrow()
  })

  test('a run that is no longer ours does not reach its target', async () => {
    const run = async ({ target }: { target: PostgresTarget }) => (await target.query('select 1')).length
    const lost = () => {
      throw new Error('the lease is lost')
    }
    await expect(invoker(acting({ run })).run('fluxbase', CALL, NEVER, lost)).rejects.toThrow('the lease is lost')
  })

  test('a stop breaks it off', async () => {
    const stop = new AbortController()
    const calling = invoker(acting({ run: () => new Promise<never>(() => {}) })).run('fluxbase', CALL, stop.signal)
    stop.abort(new Error('the service is stopping'))
    await expect(calling).rejects.toMatchObject({ code: 'timeout', message: 'postgres/try-out was broken off' })
  })

  test('one without a probe cannot tell, and one without a rollback undoes nothing', async () => {
    expect(await invoker(acting()).probe('fluxbase', CALL, NEVER)).toMatchObject({ happened: 'unknown' })
    expect(await invoker(acting()).rollback('fluxbase', CALL, 1, NEVER)).toBeNull()
  })

  test('a probe and a rollback are asked where there are some, the rollback with what the run returned', async () => {
    const handler = acting({
      probe: async () => ({ happened: true, evidence: 'seen' }),
      rollback: async (_, done) => ['undone', done],
    })
    expect(await invoker(handler).probe('fluxbase', CALL, NEVER)).toEqual({ happened: true, evidence: 'seen' })
    expect(await invoker(handler).rollback('fluxbase', CALL, 7, NEVER)).toEqual(['undone', 7])
  })

  test('its facts are known without calling it', () => {
    expect(invoker(looks).facts(CALL.handler)).toEqual({
      readOnly: true,
      idempotent: true,
      timeoutMs: 5000,
      canProbe: false,
      canRollBack: false,
    })
    expect(invoker(acting({ timeout: '1m', rollback: async () => null })).facts(CALL.handler)).toMatchObject({
      readOnly: false,
      idempotent: false,
      timeoutMs: 60_000,
      canRollBack: true,
    })
  })
})
