import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clickOn, command } from '../support/fake-slack/payloads.ts'
import type { FakeMessage } from '../support/fake-slack/workspace.ts'
import { ALICE, type AskUnderTest, askUnderTest, STRANGER, WAYS } from './ask-under-test.ts'

describe.each(WAYS)('/nightshift over %s', (way) => {
  let it: AskUnderTest
  beforeEach(async () => {
    it = await askUnderTest(way)
    if (way === 'Socket Mode') await it.fake.socket.connected()
  })
  afterEach(() => it.stop())

  const type = async (text: string, user = ALICE) => {
    expect(await it.deliver.command(command(it.fake, user, text))).toMatchObject({ acknowledged: true })
    return it.fake.until(({ responses }) => responses.at(-1))
  }

  test.each([
    ['status', 'kill switch off; 1 waits &lt;!channel&gt;'],
    ['incidents', 'none'],
    ['oncall', 'alice'],
    ['explain alertname="Pool" system=“shop”', '```labels: alertname="Pool" system="shop"```'],
    ['explain a="```<!here>"', "```labels: a=\"'''&lt;!here&gt;\"```"],
  ])('%s is answered to whoever asked, and to nobody else', async (text, answer) => {
    expect(await type(text)).toEqual({ response_type: 'ephemeral', text: answer })
  })

  test.each(['', 'help', 'launch the <!channel>', 'kill-switch', 'kill-switch maybe'])(
    '"%s" is answered with what there is',
    async (text) => {
      const { text: answer } = await type(text)
      expect(answer).toContain('/nightshift kill-switch on|off')
      expect(answer).not.toContain('<')
    },
  )

  test.each([
    ['kill-switch on the database moves', true, 'the database moves'],
    ['kill-switch  off', false, 'by /nightshift'],
  ])('%s sets it, with the person and the reason', async (text, on, reason) => {
    await type(text)
    expect(it.asked).toEqual([{ command: 'setKillSwitch', ask: { on, person: 'alice', reason, via: 'slack' } }])
  })

  test.each(['status', 'incidents', 'explain a=b', 'kill-switch off'])(
    'tells a stranger nothing about %s, and puts the try on record',
    async (text) => {
      const { text: answer } = await type(text, STRANGER)
      expect(answer).toContain(`nobody in policies/severity.yaml has your Slack member id, ${STRANGER}`)
      expect(it.recorded).toEqual([
        { who: `slack:${STRANGER}`, what: `/nightshift ${text.split(' ')[0]}`, why: 'unknown-person' },
      ])
      expect(it.asked).toEqual([])
    },
  )

  test('self-test names what is wrong with the set-up', async () => {
    await it.stop()
    it = await askUnderTest(way, { fake: { scopes: ['chat:write'] } })
    if (way === 'Socket Mode') await it.fake.socket.connected()
    await expect.poll(() => it.ask.problems()).toHaveLength(1)
    expect(JSON.stringify(await type('self-test'))).toContain('Not right: the Slack app lacks the scope commands')
  })

  test.each([
    [ALICE, 'You are known as alice.'],
    [STRANGER, `Nobody in policies/severity.yaml has your Slack member id, ${STRANGER}`],
  ])('self-test shows %s a button, whose click proves that clicks arrive and says who one is', async (user, known) => {
    const { blocks, response_type } = await type('self-test', user)
    expect(response_type).toBe('ephemeral')
    const shown = { channel: it.fake.channel, ts: '1', text: '', blocks, thread: null, edits: 0 } as FakeMessage
    await it.deliver.interaction(clickOn(it.fake, user, shown, 'self_test'))
    const { text } = await it.fake.until(({ ephemerals }) => ephemerals[0])
    expect(JSON.stringify(blocks)).not.toContain('Not right')
    expect(text).toContain('Buttons work')
    expect(text).toContain(known)
    expect(it.counted).toEqual([])
  })
})
