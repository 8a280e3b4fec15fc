import { afterEach, expect, it } from 'vitest'
import { approve, deny } from '../../src/flow/approve.ts'
import { openPublishing, type Publishing } from './publishing.ts'

const opened: Publishing[] = []
async function open(
  options: Parameters<typeof openPublishing>[0] = { steps: [{ mode: 'approve' }] },
): Promise<Publishing> {
  const publishing = await openPublishing(options)
  opened.push(publishing)
  return publishing
}
afterEach(async () => {
  for (const publishing of opened.splice(0)) await publishing.close()
})

const ILL = { alertname: 'Ill' }
const buttonsIn = (message: unknown): string[] => JSON.stringify(message).match(/(?<="action_id":")\w+/g) ?? []

it('edits the one message of an incident from the question to the end, and tells the thread each turn once', async () => {
  const { story, publish, messages, replies } = await open()
  await story.deliver(ILL)
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringContaining('*Waits for approval*'), edits: 0 }])
  expect(buttonsIn(messages()[0])).toEqual(['approve', 'deny', 'acknowledge', 'silence'])

  await approve(story.deps, 1, 'alice')
  await publish()
  expect(messages()[0]?.text).toMatch(/\*About to run\*; approved by `alice`/)
  expect(buttonsIn(messages()[0])).toEqual(['acknowledge', 'silence'])

  await story.settle()
  await publish()
  expect(messages()[0]?.text).toContain('*Fixed and verified*')

  await story.deliver(ILL, { status: 'resolved' })
  await publish()
  expect(messages()).toHaveLength(1)
  expect(messages()[0]?.text).toMatch(/^`Resolved: P2`/)
  expect(buttonsIn(messages()[0])).toEqual([])
  const told = replies().map((text) => text.replaceAll('`', ''))
  expect(told).toEqual([
    'alice approved (1 of 1)',
    'Run 1 of test/fix on shop/db began',
    'Run 1 ended, done: {"fixed":1}',
    'Verified: it is well',
    expect.stringContaining('The incident is over'),
  ])
})

it('does nothing when nothing has moved, and edits nothing when what is shown stays the same', async () => {
  const { story, publish, fake, messages } = await open()
  await story.deliver(ILL)
  expect(await publish()).toBe(1)
  const calls = fake.calls.length
  expect(await publish()).toBe(0)
  await story.ledger.appendEntries([
    { chain: 1, at: story.clock.now(), kind: 'alert.late', actor: { kind: 'system', name: 'nightshift' }, data: {} },
  ])
  expect(await publish()).toBe(1)
  expect(fake.calls).toHaveLength(calls)
  expect(messages()[0]?.edits).toBe(0)
})

it('shows a refused click in the thread', async () => {
  const { story, publish, replies } = await open()
  await story.deliver(ILL)
  await publish()
  await approve(story.deps, 1, 'mallory')
  await publish()
  expect(replies()).toEqual([expect.stringMatching(/Refused, `mallory`: .*not among the approvers/)])
})

it('says until when somebody silenced the alert', async () => {
  const { story, publish, messages } = await open()
  await story.deliver(ILL)
  const data = { silence: 'a', endsAt: '2026-03-02T04:00:00.000Z' }
  const actor = { kind: 'person', name: 'alice' } as const
  await story.ledger.appendEntries([{ chain: 1, at: story.clock.now(), kind: 'silence.created', actor, data }])
  await publish()
  expect(messages()[0]?.text).toMatch(/Silenced until .*2026-03-02 04:00:00 UTC> by `alice`/)
})

it('says who denied and why', async () => {
  const { story, publish, messages } = await open()
  await story.deliver(ILL)
  await publish()
  await deny(story.deps, 1, 'bob', 'these are `reports`')
  await publish()
  expect(messages()[0]?.text).toMatch(/\*Denied\* by `bob` .*: `these are 'reports'`/)
})

it('holds nothing up while Slack is away for a whole approval, and then posts one message that is right', async () => {
  const { story, publish, fake, messages, replies } = await open()
  fake.behave({ kind: 'down' })
  await story.deliver(ILL)
  await publish()
  await story.advance('10m')
  await publish()
  expect(await story.states()).toEqual(['expired'])
  expect(story.pages).toHaveLength(1)
  await story.deliver(ILL, { status: 'resolved' })
  await publish()
  expect(fake.messages).toEqual([])

  fake.behave({ kind: 'well' })
  await story.advance('2m')
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringMatching(/^`Resolved: P2`[\s\S]*\*Expired\*/), edits: 0 }])
  expect(buttonsIn(messages()[0])).toEqual([])
  expect(replies().length).toBeLessThanOrEqual(5)
  await publish()
  expect(messages()).toHaveLength(1)
})

it('corrects a message that was posted before Slack went away', async () => {
  const { story, publish, fake, messages } = await open()
  await story.deliver(ILL)
  await publish()
  fake.behave({ kind: 'error', error: 'internal_error' })
  await approve(story.deps, 1, 'alice')
  await publish()
  await story.settle()
  expect(messages()[0]?.edits).toBe(0)

  fake.behave({ kind: 'well' })
  story.clock.advance('2m')
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringContaining('*Fixed and verified*'), edits: 1 }])
})

it('leaves Slack alone for as long as Slack asks, with every message', async () => {
  const { story, publish, fake, messages } = await open()
  fake.behave({ kind: 'rate-limited', calls: 1, retryAfterS: 30 })
  for (const other of ['one', 'two']) await story.deliver({ ...ILL, other })
  await publish()
  story.clock.advance('29s')
  await publish()
  expect(fake.calls).toHaveLength(1)
  story.clock.advance('1s')
  await publish()
  expect(messages()).toHaveLength(2)
})

it('keeps what Slack refuses, with its reason, and does not let it stop other messages', async () => {
  const { story, publish, fake, messages } = await open()
  fake.behave({ kind: 'error', error: 'not_in_channel' })
  await story.deliver(ILL)
  await publish()
  const { rows } = await story.db.query('select error, attempt, ts from slack_message')
  expect(rows).toEqual([{ error: 'not_in_channel', attempt: 1, ts: null }])
  fake.behave({ kind: 'well' })
  await story.deliver({ ...ILL, other: 'one' })
  await publish()
  expect(messages()).toHaveLength(1)
  story.clock.advance('1m')
  await publish()
  expect(messages()).toHaveLength(2)
})

it('posts a message anew that somebody has deleted', async () => {
  const { story, publish, fake, messages } = await open()
  await story.deliver(ILL)
  await publish()
  fake.messages.length = 0
  await approve(story.deps, 1, 'alice')
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringContaining('*About to run*') }])
})

it('posts one message and one reply when four publishers work on the same ledger', async () => {
  const { story, fake, publisher, messages, replies } = await open()
  const publishers = Array.from({ length: 4 }, publisher)
  fake.behave({ kind: 'slow', ms: 20 })
  await story.deliver(ILL)
  await Promise.all(publishers.map(({ publishOnce }) => publishOnce()))
  await approve(story.deps, 1, 'alice')
  await Promise.all(publishers.map(({ publishOnce }) => publishOnce()))
  expect(messages()).toHaveLength(1)
  expect(replies()).toEqual(['`alice` approved (`1` of `1`)'])
})

it('does not post twice when the ledger is away just when Slack has taken a message', async () => {
  const { story, publish, fake, ledger, messages } = await open()
  await story.deliver(ILL)
  const { recordShown } = ledger
  ledger.recordShown = async () => {
    throw new Error('the ledger is away')
  }
  await expect(publish()).rejects.toThrow('the ledger is away')
  ledger.recordShown = recordShown
  story.clock.advance('2m')
  await publish()
  expect(messages()).toHaveLength(1)
  expect(fake.calls.filter(({ method }) => method === 'chat.update')).toEqual([])
  expect((await story.db.query('select ts from slack_message')).rows).toEqual([{ ts: messages()[0]?.ts }])
})

it('tells nothing of a system that has no channel, and keeps telling the others', async () => {
  const { story, publish, fake, channels, messages } = await open()
  channels.of = () => null
  await story.deliver(ILL)
  await publish()
  channels.of = () => fake.channel
  story.clock.advance('2m')
  await story.deliver({ ...ILL, other: 'one' })
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringContaining('`P2`') }])
  expect(fake.calls.filter(({ error }) => error !== null)).toEqual([])
})

it('posts into the right channel once a wrong one is put right', async () => {
  const { story, publish, fake, channels, messages } = await open()
  channels.of = () => 'C0WRONG'
  await story.deliver(ILL)
  await publish()
  expect(messages()).toEqual([])
  channels.of = () => fake.channel
  story.clock.advance('2m')
  await publish()
  expect(messages()).toHaveLength(1)
})

it('hands the thread over before its lease runs out in the middle of a reply', async () => {
  const { story, publish, fake, messages, replies } = await open()
  await story.deliver(ILL)
  await publish()
  for (const by of ['mallory', 'eve']) await approve(story.deps, 1, by)
  const { length } = fake.calls
  const slow = publish()
  await fake.until(({ calls }) => calls.length > length)
  story.clock.advance('50s')
  await slow
  expect(replies()).toEqual([expect.stringContaining('mallory')])
  story.clock.advance('1m')
  await publish()
  expect(replies()).toEqual([expect.stringContaining('mallory'), expect.stringContaining('eve')])
  expect(messages()).toHaveLength(1)
})
