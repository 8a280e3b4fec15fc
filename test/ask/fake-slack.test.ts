import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeSlack, startFakeSlack } from '../support/fake-slack/fake-slack.ts'

let fake: FakeSlack
beforeAll(async () => {
  fake = await startFakeSlack()
})
afterAll(() => fake.stop())

const call = async (method: string, args: Record<string, unknown>, token = fake.botToken) => {
  const form = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const response = await fetch(`${fake.apiUrl}${method}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  return (await response.json()) as { ok: boolean; error?: string }
}
const post = (args: Record<string, unknown>) => call('chat.postMessage', { channel: fake.channel, text: 't', ...args })

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) })
const button = (given: object = {}) => ({ type: 'button', action_id: 'a', text: plain(75), value: 'v', ...given })
const section = (length: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } })
const actions = (count: number, given: object = {}) => ({
  type: 'actions',
  elements: Array.from({ length: count }, (_, at) => button({ action_id: `a${at}`, ...given })),
})

/** The last that fits, and the first that does not. */
const EDGES: [string, object[], object[]][] = [
  ['50 blocks', Array(50).fill({ type: 'divider' }), Array(51).fill({ type: 'divider' })],
  ['3000 characters of a section', [section(3000)], [section(3001)]],
  ['150 characters of a header', [{ type: 'header', text: plain(150) }], [{ type: 'header', text: plain(151) }]],
  ['75 characters on a button', [actions(1)], [actions(1, { text: plain(76) })]],
  ['2000 characters in a button', [actions(1, { value: 'v'.repeat(2000) })], [actions(1, { value: 'v'.repeat(2001) })]],
  [
    '255 characters of an action id',
    [actions(1, { action_id: 'a'.repeat(255) })],
    [actions(1, { action_id: 'a'.repeat(256) })],
  ],
  ['25 buttons in a row', [actions(25)], [actions(26)]],
  [
    '10 remarks',
    [{ type: 'context', elements: Array(10).fill(plain(1)) }],
    [{ type: 'context', elements: Array(11).fill(plain(1)) }],
  ],
  [
    '10 fields',
    [{ type: 'section', fields: Array(10).fill(plain(1)) }],
    [{ type: 'section', fields: Array(11).fill(plain(1)) }],
  ],
  ['known fields', [section(1)], [{ ...section(1), colour: 'red' }]],
  ['text that is there', [section(1)], [section(0)]],
  ['one use of an action id', [actions(2)], [actions(2, { action_id: 'same' })]],
]

describe('the fake Slack', () => {
  test.each(EDGES)('takes %s, and not more', async (_, fits, tooMuch) => {
    expect(await post({ blocks: fits })).toMatchObject({ ok: true })
    expect(await post({ blocks: tooMuch })).toMatchObject({ ok: false, error: 'invalid_blocks' })
  })

  test.each([
    ['a method that does not exist', () => call('chat.shout', {}), 'unknown_method'],
    ['another token', () => call('auth.test', {}, 'xoxb-other'), 'invalid_auth'],
    ['no token', () => call('auth.test', {}, ''), 'not_authed'],
    ['a channel that it is not in', () => post({ channel: 'C0ELSEWHERE' }), 'not_in_channel'],
    ['an argument that the method does not have', () => post({ colour: 'red' }), 'invalid_arguments'],
    ['neither text nor blocks', () => post({ text: '' }), 'no_text'],
    ['a text that is too long', () => post({ text: 'x'.repeat(40_001) }), 'msg_too_long'],
    ['a thread that is not there', () => post({ thread_ts: '1700000000.000000' }), 'thread_not_found'],
    [
      'an edit of a message that is not there',
      () => call('chat.update', { channel: fake.channel, ts: '1700000000.000000', text: 't' }),
      'message_not_found',
    ],
    [
      'a modal without a click',
      () => call('views.open', { trigger_id: 't', view: { type: 'modal', title: plain(24), blocks: [] } }),
      'exchanged_trigger_id',
    ],
    [
      'a modal whose title is too long',
      () => call('views.open', { trigger_id: 't', view: { type: 'modal', title: plain(25), blocks: [] } }),
      'invalid_arguments',
    ],
    [
      'a modal that carries too much',
      () =>
        call('views.open', {
          trigger_id: 't',
          view: { type: 'modal', title: plain(1), blocks: [], private_metadata: 'x'.repeat(3001) },
        }),
      'invalid_arguments',
    ],
  ])('refuses %s', async (_, wrong, error) => {
    expect(await wrong()).toMatchObject({ ok: false, error })
  })

  test('posts to a channel by its name and returns its id, and edits by the id alone', async () => {
    const posted = (await post({ channel: '#night' })) as unknown as { channel: string; ts: string }
    expect(posted).toMatchObject({ ok: true, channel: fake.channel })
    const edit = (channel: string) => call('chat.update', { channel, ts: posted.ts, text: 'edited' })
    expect(await edit('#night')).toMatchObject({ ok: false, error: 'channel_not_found' })
    expect(await edit(posted.channel)).toMatchObject({ ok: true })
  })

  test('lets one connection in for each ticket', async () => {
    const { url } = (await call('apps.connections.open', {}, fake.appToken)) as unknown as { url: string }
    const connect = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url)
        socket.onmessage = ({ data }) => resolve(JSON.parse(String(data)).type)
        socket.onerror = () => resolve('refused')
      })
    expect([await connect(), await connect()]).toEqual(['hello', 'refused'])
  })
})
