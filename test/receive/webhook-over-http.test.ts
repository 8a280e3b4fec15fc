import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { insertNotifications } from '../../src/ledger/notifications.ts'
import { type HttpServer, listen } from '../../src/receive/server.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { alertBody, messageBody } from './bodies.ts'
import { receiverUnderTest } from './receiver-under-test.ts'

const PATH = '/webhooks/alertmanager'
const REQUEST_TIMEOUT_MS = 400

describe('the webhook over real HTTP, onto a real ledger', () => {
  let test_database: TestDatabase
  let database: Database
  let server: HttpServer
  let receiver: ReturnType<typeof receiverUnderTest>

  beforeAll(async () => {
    test_database = await createDatabase()
    database = openDatabase(test_database.url)
    await migrate(database)
    receiver = receiverUnderTest({ insert: (rows) => insertNotifications(database, rows) })
    server = await listen({
      fetch: receiver.app.fetch,
      host: '127.0.0.1',
      port: 0,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    })
  })
  afterAll(async () => {
    await server.close(0)
    await database.close()
    await test_database.drop()
  })

  const post = (body: string) =>
    fetch(`http://127.0.0.1:${server.port}${PATH}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
  const storedBody = async (response: Response): Promise<string | undefined> => {
    const { notification } = (await response.json()) as { notification: string }
    const { rows } = await database.query<{ body: string }>('select body from notification where id = $1', [
      notification,
    ])
    return rows[0]?.body
  }
  const countRefused = async (reason: string) =>
    (await receiver.samples('nightshift_notifications_refused_total'))[`{reason="${reason}"}`] ?? 0

  /** Speaks HTTP by hand; resolves with all that came back when the connection ended. */
  const speak = async (text: string, end = false): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.write(text)
    if (end) socket.end()
    await once(socket, 'close')
    return answer
  }
  const head = (length: string) =>
    `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`

  test.each<[string, string]>([
    ['NUL in a label', messageBody({}, [alertBody({ labels: { evil: 'a\0b' } })])],
    ['a lone surrogate in a label', messageBody({}, [alertBody({ labels: { evil: '\ud800' } })])],
    [
      '10,000 alerts',
      messageBody(
        {},
        Array.from({ length: 10_000 }, (_, n) => alertBody({ labels: { n: `${n}` } })),
      ),
    ],
    [
      'an unknown field 100,000 levels deep',
      messageBody().replace('"groupLabels":{}', `"x":${'['.repeat(1e5)}${']'.repeat(1e5)}`),
    ],
    ['label values of 10 kB', messageBody({}, [alertBody({ labels: { long: 'ü'.repeat(10_000) } })])],
    ['duplicate keys', messageBody().replace('"version":"4"', '"version":"3","version":"4"')],
  ])('a body with %s is 202 and stands in PostgreSQL as it came', async (_what, body) => {
    const response = await post(body)
    expect(response.status).toBe(202)
    expect(await storedBody(response)).toBe(body)
  })

  test('notifications that come at the same time are all stored, each under its own id', async () => {
    const bodies = Array.from({ length: 200 }, (_, n) => messageBody({ groupKey: `group ${n}` }))
    const responses = await Promise.all(bodies.map(post))
    expect(new Set(responses.map((response) => response.status))).toEqual(new Set([202]))
    expect(await Promise.all(responses.map(storedBody))).toEqual(bodies)
  })

  test('100 MB that are announced are refused before they are read', async () => {
    expect(await speak(head(`Content-Length: ${100e6}`))).toMatch(/^HTTP\/1\.1 413 .*"code":"too-large"/s)
  })

  test('100 MB that stream in are refused at the cap, and are never all in memory', async () => {
    const mebibyte = `100000\r\n${' '.repeat(1 << 20)}\r\n`
    const before = process.memoryUsage().arrayBuffers
    let [sent, most, answer] = [0, 0, '']
    const socket = connect(server.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    // The server closes on us while we still send; that is the point.
    socket.on('error', () => {})
    const send = () => {
      while (sent < 100 && socket.writable) {
        sent += 1
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        if (!socket.write(mebibyte)) return
      }
    }
    socket.on('drain', send)
    socket.write(head('Transfer-Encoding: chunked'))
    send()
    await closed
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*"code":"too-large"/s)
    expect(sent).toBeLessThan(100)
    expect(most).toBeLessThan(60e6)
  })

  test('a length that is too small ends the request there, and the rest is no second notification', async () => {
    const body = messageBody()
    const before = await database.query('select from notification')
    const answer = await speak(head(`Content-Length: ${body.length - 10}\r\nConnection: close`) + body)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect((await database.query('select from notification')).rowCount).toBe(before.rowCount)
  })

  test('a body that trickles is cut off after the time for a request', async () => {
    const answer = await speak(`${head('Content-Length: 1000')}{"version":`)
    expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/)
    await expect.poll(() => countRefused('cut-off')).toBeGreaterThan(0)
  })

  test('a connection that breaks in the middle of the body leaves nothing behind', async () => {
    const before = await countRefused('cut-off')
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`${head('Content-Length: 1000')}{"version":`, () => socket.resetAndDestroy())
    await expect.poll(() => countRefused('cut-off')).toBeGreaterThan(before)
    expect(receiver.lines).toEqual([])
  })

  test.each([
    ['a request without a Host', `GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n`],
    [
      'a body with a length and in chunks (request smuggling)',
      `${head('Content-Length: 5\r\nTransfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['a path that is none', `GET http:// HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`],
  ])('%s is answered 400', async (_what, text) => {
    expect(await speak(text)).toMatch(/^HTTP\/1\.1 400 /)
  })
})
