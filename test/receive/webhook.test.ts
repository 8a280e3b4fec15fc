import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { NightshiftError } from '../../src/domain/errors.ts'
import { BODY_CAP } from '../../src/receive/webhook.ts'
import { alertBody, capturedBody, messageBody } from './bodies.ts'
import { receiverUnderTest } from './receiver-under-test.ts'

const REFUSED = 'nightshift_notifications_refused_total'

describe('POST /webhooks/alertmanager', () => {
  test('answers 202 with the id under which the body stands in the ledger, as it came', async () => {
    const { post, stored, samples } = receiverUnderTest()
    const body = capturedBody('0.25-one-resolved')
    const response = await post(body)
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ notification: stored[0]?.id, alerts: 2 })
    expect(stored).toEqual([
      { id: expect.any(String), source: 'alertmanager', body, receivedAt: new Date('2026-03-02T03:00:00Z') },
    ])
    expect(await samples('nightshift_notifications_total')).toEqual({ '': 1 })
    expect(await samples('nightshift_alerts_total')).toEqual({ '{status="firing"}': 1, '{status="resolved"}': 1 })
    expect(await samples('nightshift_accept_seconds_count')).toEqual({ '': 1 })
    expect(await samples(REFUSED)).toEqual({})
  })

  test('counts refusals of each reason from zero, so that the first one is an increase', async () => {
    const { text } = await receiverUnderTest().metrics.text()
    expect(
      [...text.matchAll(new RegExp(`^${REFUSED}\\{reason="([a-z-]+)"\\} 0$`, 'gm'))].map((match) => match[1]),
    ).toEqual([
      'unauthorized',
      'wrong-content-type',
      'too-large',
      'bad-source',
      'bad-notification',
      'cut-off',
      'ledger-unavailable',
      'internal',
    ])
  })

  test('keeps escapes of the body as they came: NUL and U+FFFD are a matter of reading', async () => {
    const { post, stored } = receiverUnderTest()
    const body = messageBody({}, [alertBody({ labels: { evil: 'a\0b' } })])
    expect((await post(body)).status).toBe(202)
    expect(stored[0]?.body).toBe(body)
    expect(body).toContain('a\\u0000b')
  })

  test('takes the name of the source from the query', async () => {
    const { post, stored } = receiverUnderTest()
    await post(messageBody(), {}, '?source=eu-west-1')
    expect(stored[0]?.source).toBe('eu-west-1')
  })

  test.each(['', 'Upper', 'a b', 'x'.repeat(33), 'ü', '../x'])('refuses the source %j', async (source) => {
    const { post, stored, samples } = receiverUnderTest()
    const response = await post(messageBody(), {}, `?source=${encodeURIComponent(source)}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'bad-source', field: 'query.source' } })
    expect(await samples(REFUSED)).toEqual({ '{reason="bad-source"}': 1 })
    expect(stored).toEqual([])
  })

  test('names the bad field and repeats nothing of the body', async () => {
    const { post, stored, samples } = receiverUnderTest()
    const response = await post(messageBody({}, [alertBody(), alertBody({ status: 'hunter2' })]))
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: { code: 'bad-notification', field: 'alerts[1].status', message: 'must be "firing" or "resolved"' },
    })
    expect(await samples(REFUSED)).toEqual({ '{reason="bad-notification"}': 1 })
    expect(stored).toEqual([])
  })

  test('says where a body that is not JSON ceases to be it', async () => {
    const response = await receiverUnderTest().post('{"version":"4" hunter2')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: { code: 'bad-notification', field: 'body', message: 'is not valid JSON', position: 15 },
    })
  })

  test('refuses bytes that are not UTF-8, since they could not be kept as they came', async () => {
    const latin1 = Buffer.from(messageBody({ receiver: 'größe' }), 'latin1')
    const response = await receiverUnderTest().post(latin1)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { field: 'body', message: 'is not valid UTF-8' } })
  })

  test('takes a byte order mark, which some tools put before UTF-8', async () => {
    expect((await receiverUnderTest().post(`\ufeff${messageBody()}`)).status).toBe(202)
  })

  const contentTypes: [Record<string, string>, number][] = [
    [{ 'content-type': 'application/json; charset=utf-8' }, 202],
    [{ 'content-type': 'Application/JSON' }, 202],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [{ 'content-type': 'application/jsonp' }, 415],
    [{ 'content-type': '' }, 415],
    [{ 'content-encoding': 'identity' }, 202],
    [{ 'content-encoding': 'gzip' }, 415],
  ]
  test.each(contentTypes)('answers a request with %j by %i', async (headers, status) => {
    const { post, samples } = receiverUnderTest()
    const body = headers['content-encoding'] === 'gzip' ? gzipSync(messageBody()) : messageBody()
    expect((await post(body, headers)).status).toBe(status)
    expect(await samples(REFUSED)).toEqual(status === 415 ? { '{reason="wrong-content-type"}': 1 } : {})
  })

  test('takes a body of exactly 16 MiB', async () => {
    const padded = (size: number) => messageBody({ pad: 'x'.repeat(size - messageBody({ pad: '' }).length) })
    expect((await receiverUnderTest().post(padded(BODY_CAP))).status).toBe(202)
    const { post, samples } = receiverUnderTest()
    expect((await post(padded(BODY_CAP + 1))).status).toBe(413)
    expect(await samples(REFUSED)).toEqual({ '{reason="too-large"}': 1 })
  })

  test('does not believe a length that is too small', async () => {
    const response = await receiverUnderTest().post('x'.repeat(BODY_CAP + 1), { 'content-length': '10' })
    expect(response.status).toBe(413)
  })

  test('stops reading where the cap is, whatever else would come', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1 << 20
        controller.enqueue(new Uint8Array(1 << 20))
      },
    })
    const response = await receiverUnderTest().post(endless)
    expect(response.status).toBe(413)
    expect(pulled).toBeLessThanOrEqual(BODY_CAP + (2 << 20))
  })

  test('turns away what would fill the memory, and takes bodies again when there is room', async () => {
    const { post, samples } = receiverUnderTest()
    const holding: ReadableStreamDefaultController<Uint8Array>[] = []
    const slow = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(15 << 20))
          holding.push(controller)
        },
      })
    const waiting = Array.from({ length: 17 }, () => post(slow()))
    await expect.poll(async () => (await post('x'.repeat(2 << 20))).status).toBe(503)
    expect(Object.keys(await samples(REFUSED))).toContain('{reason="ledger-unavailable"}')
    for (const controller of holding) controller.error(new Error('connection reset'))
    const answers = await Promise.all(waiting)
    expect(answers.map((answer) => answer.status)).toEqual(Array(17).fill(400))
    expect((await post(messageBody({ pad: 'x'.repeat(2 << 20) }))).status).toBe(202)
  })

  test('counts a connection that broke in the middle, and stores nothing', async () => {
    const { post, stored, samples, lines } = receiverUnderTest()
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(messageBody().slice(0, 50)))
        controller.error(new Error('connection reset'))
      },
    })
    expect((await post(broken)).status).toBe(400)
    expect(await samples(REFUSED)).toEqual({ '{reason="cut-off"}': 1 })
    expect(stored).toEqual([])
    expect(lines).toEqual([])
  })

  test('answers 503 when the ledger is not there, without saying where that would have been', async () => {
    const { post, samples, lines } = receiverUnderTest({
      insert: async () => {
        throw new NightshiftError('ledger-unavailable', 'connect ECONNREFUSED 10.0.0.7:5432')
      },
    })
    const response = await post(messageBody())
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      error: { code: 'ledger-unavailable', message: 'cannot be done at the moment; try again' },
    })
    expect(await samples(REFUSED)).toEqual({ '{reason="ledger-unavailable"}': 1 })
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
  })

  test('answers 500 when the ledger refuses the row for a reason that we do not know, and logs it once', async () => {
    const { post, samples, lines } = receiverUnderTest({
      insert: async () => {
        throw new Error('value too long for column secret_name')
      },
    })
    const response = await post(messageBody())
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret_name')
    expect(await samples(REFUSED)).toEqual({ '{reason="internal"}': 1 })
    expect(lines.map(({ level }) => level)).toEqual(['error'])
  })
})
