import { afterEach, describe, expect, test } from 'vitest'
import { askStanding } from '../../src/ask/standing.ts'
import { SCOPES } from '../../src/ask/startup.ts'
import { silentLog } from '../../src/domain/log.ts'
import { type AskUnderTest, askUnderTest } from './ask-under-test.ts'

let it: AskUnderTest
afterEach(() => it.stop())

const warnings = () => it.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)

describe('the start', () => {
  test('with everything right has nothing to say but who we are', async () => {
    it = await askUnderTest('HTTP')
    await expect
      .poll(() => it.lines)
      .toMatchObject([{ level: 'info', message: 'Slack knows us', data: { team: 'T0FAKE' } }])
    expect(it.ask.problems()).toEqual([])
  })

  test.each(Object.entries(SCOPES))(
    'without the scope %s says so, what it is for, and what to do',
    async (scope, use) => {
      it = await askUnderTest('HTTP', { fake: { scopes: Object.keys(SCOPES).filter((other) => other !== scope) } })
      await expect.poll(() => it.ask.problems()).toHaveLength(1)
      const [problem] = it.ask.problems()
      expect(problem).toContain(`the scope ${scope}, so ${use}`)
      expect(problem).toContain('install the app again')
      expect(warnings()).toEqual([problem])
    },
  )

  test.each([
    ['invalid_auth', 'SLACK_BOT_TOKEN (invalid_auth): copy the Bot User OAuth Token'],
    ['account_inactive', 'the app was removed from the workspace'],
    ['token_expired', 'token rotation is on'],
    ['fatal_error', 'SLACK_BOT_TOKEN (fatal_error): see docs/slack.md'],
  ])('with a token that Slack answers %s goes on, and says what to do', async (error, advice) => {
    it = await askUnderTest('HTTP', { before: (fake) => fake.behave({ kind: 'error', error }) })
    await expect.poll(() => it.ask.problems()).toEqual([expect.stringContaining(advice)])
    expect(warnings()).toEqual([...it.ask.problems()])
  })

  test('while Slack is down goes on, and says so', async () => {
    it = await askUnderTest('HTTP', { before: (fake) => fake.behave({ kind: 'down' }) })
    const problems = () => it.ask.problems()
    await expect.poll(problems, { timeout: 15_000 }).toEqual([expect.stringContaining('Slack does not answer')])
  })

  test('that Slack did not answer is tried again by itself, and what was wrong is forgotten', async () => {
    it = await askUnderTest('HTTP')
    it.fake.behave({ kind: 'error', error: 'internal_error' })
    const standing = askStanding(it.ask.client, null, silentLog, 20)
    await expect.poll(() => standing.problems()).toHaveLength(1)
    it.fake.behave({ kind: 'well' })
    await expect.poll(() => standing.problems()).toEqual([])
    standing.close()
  })

  test('with a token and no way in says that the buttons will do nothing', async () => {
    it = await askUnderTest('HTTP', { options: { signingSecret: null } })
    expect(it.ask.handle).toBeNull()
    expect(it.ask.problems()).toEqual([expect.stringContaining('their buttons do nothing')])
  })
})

test('no token, and no address that answers could be posted to, gets into the log', async () => {
  it = await askUnderTest('Socket Mode')
  const { botToken, appToken } = it.fake
  await it.fake.socket.connected()
  await it.ask.client.chat.postMessage({ channel: 'C0ELSEWHERE', text: botToken }).catch(() => {})
  it.fake.behave({ kind: 'error', error: `${appToken} ${botToken}` })
  it.fake.socket.dropAll()
  await expect.poll(() => warnings().length).toBeGreaterThan(0)
  const log = JSON.stringify(it.lines)
  expect([log.includes(botToken), log.includes(appToken)]).toEqual([false, false])
})
