import { afterEach, expect, test } from 'vitest'
import { clickOn } from '../support/fake-slack/payloads.ts'
import { ALICE, type AskUnderTest, askUnderTest, postQuestion } from './ask-under-test.ts'

let it: AskUnderTest
afterEach(() => it.stop())

const clickCounts = async () => {
  const before = it.asked.length
  const sent = await it.deliver.interaction(clickOn(it.fake, ALICE, await postQuestion(it), 'approve'))
  await expect.poll(() => it.asked.length).toBe(before + 1)
  return sent.acknowledged
}
const opened = () => it.fake.calls.filter(({ method, error }) => method === 'apps.connections.open' && !error).length

test.each([
  ['recycled by Slack', () => it.fake.socket.recycle()],
  ['broken off', () => it.fake.socket.dropAll()],
])('a connection that is %s is made anew, and clicks arrive over it', async (_, end) => {
  it = await askUnderTest('Socket Mode')
  await it.fake.socket.connected()
  expect(await clickCounts()).toBe(true)
  end()
  await expect.poll(() => [opened(), it.fake.socket.count()], { timeout: 10_000 }).toEqual([2, 1])
  await expect.poll(() => it.ask.problems()).toEqual([])
  expect(await clickCounts()).toBe(true)
})

test('Slack that is away at the start is tried again, with its reason shown meanwhile, until clicks arrive', async () => {
  it = await askUnderTest('Socket Mode', { before: (fake) => fake.behave({ kind: 'error', error: 'internal_error' }) })
  await expect.poll(() => it.ask.problems()).toContainEqual(expect.stringContaining('SLACK_APP_TOKEN (internal_error)'))
  it.fake.behave({ kind: 'well' })
  await it.fake.socket.connected()
  expect(await clickCounts()).toBe(true)
})

test('Slack that goes away for longer never ends the process', async () => {
  const unheld: unknown[] = []
  const note = (reason: unknown) => void unheld.push(reason)
  process.on('unhandledRejection', note)
  it = await askUnderTest('Socket Mode')
  await it.fake.socket.connected()
  it.fake.behave({ kind: 'down' })
  it.fake.socket.dropAll()
  await expect
    .poll(() => it.ask.problems(), { timeout: 15_000 })
    .toContainEqual(expect.stringContaining('Slack does not answer'))
  it.fake.behave({ kind: 'well' })
  await expect.poll(() => it.fake.socket.count(), { timeout: 15_000 }).toBe(1)
  process.off('unhandledRejection', note)
  expect(unheld).toEqual([])
})

test.each([
  ['invalid_auth', 'connections:write'],
  ['not_allowed_token_type', 'xapp-'],
])('an app token that Slack answers %s is explained', async (error, advice) => {
  it = await askUnderTest('Socket Mode', { before: (fake) => fake.behave({ kind: 'error', error }) })
  await expect.poll(() => it.ask.problems()).toContainEqual(expect.stringContaining(advice))
})

test('a stop hangs up, and is over while Slack says nothing', async () => {
  it = await askUnderTest('Socket Mode')
  await it.fake.socket.connected()
  await it.ask.close()
  await expect.poll(() => it.fake.socket.count()).toBe(0)
  expect(opened()).toBe(1)
})
