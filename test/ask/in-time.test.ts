import { afterEach, describe, expect, test } from 'vitest'
import { clickOn } from '../support/fake-slack/payloads.ts'
import { ALICE, type AskUnderTest, askUnderTest, postQuestion, WAYS } from './ask-under-test.ts'

let it: AskUnderTest
afterEach(() => it.stop())

describe.each(WAYS)('over %s', (way) => {
  test('a click is acknowledged while its decision hangs, and decided when the ledger is back', async () => {
    const ledger = Promise.withResolvers<void>()
    const done: string[] = []
    it = await askUnderTest(way, {
      answer: async ({ command }) => {
        await ledger.promise
        done.push(command)
        return { ok: true, state: 'queued' }
      },
    })
    if (way === 'Socket Mode') await it.fake.socket.connected()
    const payload = clickOn(it.fake, ALICE, await postQuestion(it), 'approve')
    expect(await it.deliver.interaction(payload)).toMatchObject({ acknowledged: true })
    expect(done).toEqual([])
    ledger.resolve()
    await it.ask.close()
    expect(done).toEqual(['approve'])
  })
})

describe('while the ledger cannot say whether a click is new', () => {
  test.each([
    ['it hangs', () => new Promise<boolean>(() => {})],
    ['it is away', () => Promise.reject(new Error('away'))],
  ])('because %s, the click is refused in time and nothing is decided', async (_, firstSeen) => {
    it = await askUnderTest('HTTP', { options: { firstSeen } })
    const payload = clickOn(it.fake, ALICE, await postQuestion(it), 'approve')
    expect(await it.deliver.interaction(payload)).toMatchObject({ status: 503 })
    await it.ask.close()
    expect([it.asked, it.counted]).toEqual([[], ['ledger-away']])
  })
})

test('a click is refused as long as Slack has not said which workspace is ours', async () => {
  it = await askUnderTest('HTTP', { before: (fake) => fake.behave({ kind: 'error', error: 'internal_error' }) })
  await it.fake.until(({ calls }) => calls[0])
  it.fake.behave({ kind: 'well' })
  const payload = clickOn(it.fake, ALICE, await postQuestion(it), 'approve')
  it.fake.behave({ kind: 'error', error: 'internal_error' })
  const refused = await it.deliver.interaction(payload)
  it.fake.behave({ kind: 'well' })
  const taken = await it.deliver.interaction({ ...payload, trigger_id: 'again' })
  expect([refused.status, taken.status]).toEqual([503, 200])
})
