import { describe, expect, test } from 'vitest'
import { NightshiftError } from '../../src/domain/errors.ts'
import { receiverUnderTest } from './receiver-under-test.ts'

describe('the receiver', () => {
  test.each([
    ['GET', '/nowhere'],
    ['GET', '/webhooks/alertmanager'],
    ['POST', '/health/live'],
    ['DELETE', '/../../etc/passwd'],
    ['GET', '/%00'],
    ['GET', '/%ff%fe'],
  ])('answers %s %s, which it does not know, with a problem in JSON', async (method, path) => {
    const response = await receiverUnderTest().app.request(path, { method })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: { code: 'not-found', message: 'there is nothing here' } })
  })

  test('keeps the request id of the sender, and makes one where it is missing or could forge a log line', async () => {
    const { app } = receiverUnderTest()
    const idOf = async (id?: string) => {
      const response = await app.request('/health/live', id === undefined ? {} : { headers: { 'x-request-id': id } })
      return response.headers.get('x-request-id')
    }
    expect(await idOf('abc-123')).toBe('abc-123')
    for (const id of [undefined, 'a b', '{"level":"info"}', 'x'.repeat(300)])
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/)
  })

  const failures: [unknown, number, string][] = [
    [new NightshiftError('not-found', 'there is no incident 7'), 404, 'there is no incident 7'],
    [new NightshiftError('conflict', 'too late'), 409, 'too late'],
    [new NightshiftError('forbidden', 'not yours'), 403, 'not yours'],
    [new NightshiftError('bad-parameter', 'not a target'), 422, 'not a target'],
    [
      new NightshiftError('ledger-unavailable', 'connect ECONNREFUSED hunter2'),
      503,
      'cannot be done at the moment; try again',
    ],
    [new NightshiftError('config-invalid', 'hunter2'), 500, 'an error of ours; the log has it under this request id'],
    [new TypeError('hunter2 is undefined'), 500, 'an error of ours; the log has it under this request id'],
    ['hunter2', 500, 'an error of ours; the log has it under this request id'],
  ]
  test.each(failures)('answers %s by %i and keeps its insides to itself', async (failure, status, message) => {
    const { app, lines } = receiverUnderTest({
      metricsText: async () => {
        throw failure
      },
    })
    const response = await app.request('/metrics', { headers: { 'x-request-id': 'abc' } })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ error: { code: expect.any(String), message } })
    const logged =
      status < 500
        ? []
        : [
            {
              request: 'abc',
              method: 'GET',
              path: '/metrics',
              err: failure instanceof Error ? failure : new Error('hunter2'),
            },
          ]
    expect(lines.map(({ data }) => data)).toEqual(logged)
  })

  test('serves the metrics as Prometheus reads them', async () => {
    const response = await receiverUnderTest().app.request('/metrics')
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toMatch(/^# TYPE nightshift_notifications_total counter$/m)
  })

  test('describes itself in OpenAPI 3.1, every route but the description', async () => {
    const { app } = receiverUnderTest()
    const response = await app.request('/openapi.json')
    const document = (await response.json()) as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual([...new Set(served)].sort())
    expect(described).toContain('POST /webhooks/alertmanager')
  })
})
