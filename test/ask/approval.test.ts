import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandResult } from '../../src/ask/decisions.ts'
import type { FakeView } from '../support/fake-slack/blocks.ts'
import { clickOn, submitted } from '../support/fake-slack/payloads.ts'
import {
  ALICE,
  type AskUnderTest,
  askUnderTest,
  BATCH,
  DIGEST,
  postQuestion,
  STRANGER,
  WAYS,
} from './ask-under-test.ts'

describe.each(WAYS)('a decision over %s', (way) => {
  let it: AskUnderTest
  let answer: CommandResult = { ok: true, state: 'queued' }

  beforeEach(async () => {
    answer = { ok: true, state: 'queued' }
    it = await askUnderTest(way, { answer: async () => answer })
    if (way === 'Socket Mode') await it.fake.socket.connected()
  })
  afterEach(() => it.stop())

  const click = async (action: string, user = ALICE, value: object = {}) => {
    const message = await postQuestion(it, value)
    return it.deliver.interaction(clickOn(it.fake, user, message, action))
  }
  const told = () => it.fake.until(({ ephemerals }) => ephemerals[0])

  test('a click on Approve is one yes of that person, for the digest that was shown', async () => {
    expect(await click('approve')).toMatchObject({ acknowledged: true })
    await it.ask.close()
    expect(it.asked).toEqual([
      { command: 'approve', ask: { remediation: 7, person: 'alice', digest: DIGEST, via: 'slack' } },
    ])
    expect(it.fake.ephemerals).toEqual([])
  })

  test('the first of two yeses is told that it needs another', async () => {
    answer = { ok: true, state: 'awaiting_approval' }
    await click('approve')
    expect(await told()).toMatchObject({ user: ALICE, text: expect.stringContaining('one more person') })
  })

  test('a yes that does not count is told why, without anything in it that Slack acts on', async () => {
    answer = { ok: false, code: 'conflict', message: 'it is queued (bob <!channel> approved it)', state: 'queued' }
    await click('approve')
    expect(await told()).toEqual({
      channel: it.fake.channel,
      user: ALICE,
      text: 'Not done: it is queued (bob &lt;!channel&gt; approved it).',
      blocks: [],
    })
  })

  test('Deny asks why and then denies with the reason', async () => {
    await click('deny')
    const view = await it.fake.until(({ views }) => views[0])
    expect(it.asked).toEqual([])
    const submission = submitted(it.fake, ALICE, view as FakeView, { reason: 'not during the sale' })
    expect(await it.deliver.interaction(submission)).toMatchObject({ acknowledged: true })
    await it.ask.close()
    const ask = { remediation: 7, person: 'alice', reason: 'not during the sale', digest: DIGEST, via: 'slack' }
    expect(it.asked).toEqual([{ command: 'deny', ask }])
  })

  test('a denial that does not count is told where the click was', async () => {
    answer = { ok: false, code: 'forbidden', message: 'alice is not among the approvers of this rule' }
    await click('deny')
    const view = await it.fake.until(({ views }) => views[0])
    await it.deliver.interaction(submitted(it.fake, ALICE, view as FakeView, {}))
    expect(await told()).toMatchObject({
      channel: it.fake.channel,
      text: 'Not done: alice is not among the approvers of this rule.',
    })
  })

  test('a click on a list is one yes for each that was shown, and tells what did not count', async () => {
    const list = { remediation: null, digest: null, batch: BATCH }
    await click('approve_all', ALICE, list)
    await expect.poll(() => it.asked.map(({ ask }) => ask.remediation)).toEqual([1, 2, 3])
    const ask = { remediation: 2, person: 'alice', digest: DIGEST, via: 'slack' }
    expect(it.asked).toContainEqual({ command: 'approve', ask })
    answer = { ok: false, code: 'conflict', message: 'it is running' }
    await click('approve_all', ALICE, list)
    expect(await told()).toMatchObject({
      text: 'Not done: 3 of 3: it is running; it is running; it is running.',
    })
  })

  test('a no to a list asks why once and denies each that was shown', async () => {
    await click('deny_all', ALICE, { remediation: null, digest: null, batch: BATCH })
    const view = await it.fake.until(({ views }) => views[0])
    await it.deliver.interaction(submitted(it.fake, ALICE, view as FakeView, { reason: 'too many' }))
    await it.ask.close()
    expect(it.asked.map(({ command, ask }) => [command, ask.remediation, ask.reason])).toEqual([
      ['deny', 1, 'too many'],
      ['deny', 2, 'too many'],
      ['deny', 3, 'too many'],
    ])
  })

  test.each([
    ['acknowledge', { incident: 3, person: 'alice', via: 'slack' }],
    ['silence', { incident: 3, person: 'alice', forMs: 3_600_000, via: 'slack' }],
  ])('a click on %s is about the incident', async (action, ask) => {
    await click(action)
    await it.ask.close()
    expect(it.asked).toEqual([{ command: action, ask }])
  })

  test.each(['approve', 'deny', 'acknowledge', 'silence'])(
    'a stranger who clicks on %s is told so and put on record, and nothing is asked',
    async (action) => {
      expect(await click(action, STRANGER)).toMatchObject({ acknowledged: true })
      expect(await told()).toMatchObject({ user: STRANGER, text: expect.stringContaining(STRANGER) })
      await it.ask.close()
      const about = { remediation: 7, incident: 3 }
      expect(it.recorded).toEqual([{ who: `slack:${STRANGER}`, what: action, why: 'unknown-person', ...about }])
      expect(it.counted).toEqual(['unknown-person'])
      expect([it.asked, it.fake.views]).toEqual([[], []])
    },
  )

  test.each([
    ['another shape', { remediation: '7; drop table' }],
    ['an unknown field', { approver: 'alice' }],
    ['no digest', { digest: null }],
    ['a digest that is none', { digest: 'x' }],
    ['a list that nobody was shown', { remediation: null, batch: 'c'.repeat(32) }],
  ])('a button with %s decides nothing and is put on record', async (_, value) => {
    await click('approve', ALICE, value)
    expect(await told()).toMatchObject({ text: expect.stringContaining('Not done') })
    await it.ask.close()
    expect(it.recorded).toMatchObject([{ who: 'alice', what: 'approve', why: 'unknown-button' }])
    expect(it.asked).toEqual([])
  })

  test('the same click delivered twice is one yes', async () => {
    const message = await postQuestion(it)
    const payload = clickOn(it.fake, ALICE, message, 'approve')
    await it.deliver.interaction(payload)
    const again = it.deliver.interaction(payload)
    if (way === 'HTTP') expect(await again).toMatchObject({ acknowledged: false, status: 409 })
    await expect.poll(() => it.recorded).toMatchObject([{ who: `slack:${ALICE}`, what: 'request', why: 'replayed' }])
    await it.ask.close()
    expect(it.asked).toHaveLength(1)
  })

  test.each([
    ['another workspace', { team: { id: 'T0OTHER' }, user: { id: ALICE, team_id: 'T0OTHER' } }, 'other-workspace'],
    ['a guest of a shared channel', { user: { id: ALICE, team_id: 'T0OTHER' } }, 'other-workspace'],
    ['no workspace', { team: null }, 'other-workspace'],
    ['another app', { api_app_id: 'A0OTHER' }, 'other-app'],
  ])('a click from %s is refused and put on record', async (_, changed, why) => {
    const message = await postQuestion(it)
    const sent = it.deliver.interaction({ ...clickOn(it.fake, ALICE, message, 'approve'), ...changed })
    if (way === 'HTTP') expect(await sent).toMatchObject({ acknowledged: false, status: 403 })
    await expect.poll(() => it.recorded).toEqual([{ who: `slack:${ALICE}`, what: 'request', why }])
    await it.ask.close()
    expect([it.asked, it.counted]).toEqual([[], [why]])
  })

  test('a click that fails on our side says so, and that nothing was done', async () => {
    answer = new Proxy({} as CommandResult, {
      get: (_, name) => {
        if (name === 'then') return undefined
        throw new Error('the ledger went away')
      },
    })
    await click('approve')
    expect(await told()).toMatchObject({ text: expect.stringContaining('an error on our side') })
    expect(it.lines.map(({ message }) => message)).toContainEqual(expect.stringContaining('the ledger went away'))
  })
})
