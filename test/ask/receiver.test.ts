import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interactionBody, type Signing, signedRequest } from '../support/fake-slack/delivery.ts'
import { clickOn, type Payload } from '../support/fake-slack/payloads.ts'
import { ALICE, type AskUnderTest, askUnderTest, postQuestion } from './ask-under-test.ts'

let it: AskUnderTest
beforeAll(async () => {
  it = await askUnderTest('HTTP')
})
afterAll(() => it.stop())

const freshClick = async (): Promise<Payload> => clickOn(it.fake, ALICE, await postQuestion(it), 'approve')
const second = () => Math.floor(it.clock.now.getTime() / 1000)
const send = (body: string, signing: Partial<Signing> = {}) =>
  fetch(signedRequest(it.url, body, { secret: it.fake.signingSecret, timestamp: second(), ...signing }))

/** What a forger or a thief of an old request could send, and the answer. */
const ABUSE: [string, (body: string) => Promise<Response>, number, string][] = [
  ['signed with another secret', (body) => send(body, { secret: 'guessed' }), 401, 'bad-signature'],
  ['with a signature of zeros', (body) => send(body, { signature: `v0=${'0'.repeat(64)}` }), 401, 'bad-signature'],
  ['with half a signature', (body) => send(body, { signature: 'v0=' }), 401, 'bad-signature'],
  [
    'with a signature of another version',
    (body) => send(body, { signature: `v1=${'0'.repeat(64)}` }),
    401,
    'bad-signature',
  ],
  ['without a signature', (body) => fetch(it.url, { method: 'POST', body }), 401, 'bad-signature'],
  ['from more than five minutes ago', (body) => send(body, { timestamp: second() - 301 }), 401, 'stale'],
  ['from more than five minutes ahead', (body) => send(body, { timestamp: second() + 301 }), 401, 'stale'],
  [
    'with a time that is no number of seconds',
    (body) => send(body, { headers: { 'X-Slack-Request-Timestamp': '1e99' } }),
    401,
    'bad-signature',
  ],
  [
    'whose body was changed after it was signed',
    async (body) => {
      const signed = signedRequest(it.url, body, { secret: it.fake.signingSecret, timestamp: second() })
      return fetch(it.url, { method: 'POST', headers: signed.headers, body: `${body}&x=1` })
    },
    401,
    'bad-signature',
  ],
  ['larger than the cap', (body) => send(body + 'x'.repeat(1 << 20)), 413, 'too-large'],
  [
    'larger than the cap, in pieces of unsaid length',
    (body) => {
      const { headers } = signedRequest(it.url, body, { secret: it.fake.signingSecret, timestamp: second() })
      const pieces = ReadableStream.from(Array(20).fill(new Uint8Array(1 << 16)))
      return fetch(it.url, { method: 'POST', headers, body: pieces, duplex: 'half' })
    },
    413,
    'too-large',
  ],
  ['that is not JSON inside', () => send('payload=%7Bnot'), 400, 'unreadable'],
  ['that is JSON, and no object', () => send('payload=7'), 400, 'unreadable'],
  ['that is no text', () => send(Buffer.from([0x70, 0xff, 0xfe]) as unknown as string), 400, 'unreadable'],
]

describe('a request', () => {
  test.each(ABUSE)('%s is refused, counted, and decides nothing', async (_, abuse, status, code) => {
    it.counted.length = 0
    const response = await abuse(interactionBody(await freshClick()))
    expect([response.status, await response.json()]).toEqual([status, { error: { code } }])
    expect([it.counted, it.recorded, it.asked]).toEqual([[code], [], []])
  })

  test('within five minutes is taken, whichever clock is ahead', async () => {
    for (const offset of [-299, 299]) {
      const response = await send(interactionBody(await freshClick()), { timestamp: second() + offset })
      expect(response.status).toBe(200)
    }
  })

  test('recorded and played back, as it was or signed anew, is refused', async () => {
    const body = interactionBody(await freshClick())
    const statuses = [await send(body), await send(body), await send(body, { timestamp: second() - 1 })]
    expect(statuses.map(({ status }) => status)).toEqual([200, 409, 409])
  })

  test('that Slack marks as its second try is answered as taken, and decides nothing again', async () => {
    const before = it.asked.length
    const body = interactionBody(await freshClick())
    const retry = { headers: { 'X-Slack-Retry-Num': '1', 'X-Slack-Retry-Reason': 'http_timeout' } }
    const statuses = [await send(body), await send(body, retry)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200])
    await expect.poll(() => it.asked.length - before).toBe(1)
  })

  test('sent fifty times at once is taken once', async () => {
    const body = interactionBody(await freshClick())
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await send(body)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(49)
  })

  test('that asks whether the address is ours gets its challenge back, when it is signed', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c-1', token: 'x' })
    const json = { headers: { 'Content-Type': 'application/json' } }
    const response = await send(body, json)
    expect([response.status, await response.json()]).toEqual([200, { challenge: 'c-1' }])
    expect((await send(body, { ...json, secret: 'guessed' })).status).toBe(401)
  })

  test('that checks our certificate is answered without a signature, and nothing beside it is read', async () => {
    const before = it.asked.length
    const body = `ssl_check=1&${interactionBody(await freshClick())}`
    const response = await fetch(it.url, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(it.asked.length).toBe(before)
  })

  test('about a button that nobody listens to is 404', async () => {
    const [action] = (await freshClick()).actions as Record<string, unknown>[]
    const payload = { ...(await freshClick()), actions: [{ ...action, action_id: 'launch' }] }
    expect((await send(interactionBody(payload))).status).toBe(404)
  })
})
