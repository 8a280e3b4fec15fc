import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Deliver, overHttp, overSocket } from '../support/fake-slack/delivery.ts'
import { type FakeSlack, startFakeSlack } from '../support/fake-slack/fake-slack.ts'
import { buttonsOf, clickOn, submitted } from '../support/fake-slack/payloads.ts'
import type { FakeMessage } from '../support/fake-slack/workspace.ts'
import { type Service, startService } from './service.ts'

const ALICE = 'U0ALICE'
const BOB = 'U0BOB'
const MALLORY = 'U0MALLORY'

describe.each(['HTTP', 'Socket Mode'])('asked in Slack over %s', (way) => {
  let fake: FakeSlack
  let service: Service
  let deliver: Deliver

  beforeEach(async () => {
    fake = await startFakeSlack()
    service = await startService({
      SLACK_BOT_TOKEN: fake.botToken,
      SLACK_API_URL: fake.apiUrl,
      ...(way === 'HTTP' ? { SLACK_SIGNING_SECRET: fake.signingSecret } : { SLACK_APP_TOKEN: fake.appToken }),
    })
    if (way === 'Socket Mode') await fake.socket.connected()
    const url = `${service.baseUrl}/slack/events`
    deliver = way === 'HTTP' ? overHttp(fake, url, () => new Date()) : overSocket(fake)
  })
  afterEach(async () => {
    await service.close()
    await fake.stop()
  })

  /** The message of the incident, as soon as it shows this button or says this. */
  const shows = (action: string) =>
    fake.until(({ messages }) => messages.find((message) => buttonsOf(message).some((b) => b.action_id === action)))
  const says = (text: string) =>
    fake.until(({ messages }) => messages.find((message) => JSON.stringify(message.blocks).includes(text)))
  const click = (user: string, message: FakeMessage, action: string) =>
    deliver.interaction(clickOn(fake, user, message, action))
  const told = (user: string) => fake.until(({ ephemerals }) => ephemerals.find((one) => one.user === user)?.text)
  const remediation = async () => (await service.get('/api/v1/remediations/1')).body
  const entries = async (): Promise<{ kind: string; actor: { name: string } }[]> =>
    (await service.get('/api/v1/incidents/1')).body.entries

  it('a stranger is turned away on record, a yes runs it once, and the message tells the story to its end', async () => {
    await service.forgetTransaction()
    await service.notify({ alertname: 'SlowStatements' })
    const asking = await shows('approve')
    await click(MALLORY, asking, 'approve')
    expect(await told(MALLORY)).toContain(MALLORY)
    await service.until(async () =>
      expect(await entries()).toContainEqual(
        expect.objectContaining({ kind: 'approval.refused', actor: { kind: 'person', name: `slack:${MALLORY}` } }),
      ),
    )
    expect((await remediation()).state).toBe('awaiting_approval')

    expect(await click(BOB, asking, 'approve')).toMatchObject({ acknowledged: true })
    const fixed = await says('Fixed and verified')
    expect(JSON.stringify(fixed.blocks)).toContain('approved by `bob`')
    expect(buttonsOf(fixed).map(({ action_id }) => action_id)).not.toContain('approve')
    expect(fixed.ts).toBe(asking.ts)

    await click(ALICE, asking, 'approve')
    expect(await told(ALICE)).toContain('bob approved it')
    await service.notify({ alertname: 'SlowStatements' }, 'resolved')
    expect(buttonsOf(await says('Resolved'))).toEqual([])
    expect((await remediation()).runs).toHaveLength(1)
    expect(fake.calls.filter(({ error }) => error !== null)).toEqual([])
    expect((await service.audit()).breaches).toEqual([])
  })

  it('fifty clicks at once are one yes, and one run', async () => {
    await service.forgetTransaction()
    await service.notify({ alertname: 'SlowStatements' })
    const asking = await shows('approve')
    await Promise.all(Array.from({ length: 50 }, (_, at) => click(at % 2 === 0 ? ALICE : BOB, asking, 'approve')))
    await says('Fixed and verified')
    await fake.until(({ ephemerals }) => ephemerals.length === 49)
    const given = (await entries()).filter(({ kind }) => kind === 'approval.given')
    expect(given).toHaveLength(1)
    expect((await remediation()).runs).toHaveLength(1)
    expect((await service.audit()).breaches).toEqual([])
  })

  it('a no says why, and a yes that comes after it is too late', async () => {
    await service.forgetTransaction()
    await service.notify({ alertname: 'SlowStatements' })
    const asking = await shows('approve')
    await click(ALICE, asking, 'deny')
    const modal = await fake.until(({ views }) => views[0])
    await deliver.interaction(submitted(fake, ALICE, modal, { reason: 'not during <!channel> the sale' }))
    const denied = await says('Denied')
    expect(JSON.stringify(denied.blocks)).toContain('not during &lt;!channel&gt; the sale')
    await click(BOB, asking, 'approve')
    expect(await told(BOB)).toContain('Not done')
    expect(await remediation()).toMatchObject({ state: 'denied', runs: [] })
    expect((await service.audit()).breaches).toEqual([])
  })

  it('a yes to what has resolved meanwhile runs nothing', async () => {
    await service.forgetTransaction()
    await service.notify({ alertname: 'SlowStatements' })
    const asking = await shows('approve')
    await service.notify({ alertname: 'SlowStatements' }, 'resolved')
    await says('Resolved')
    await click(ALICE, asking, 'approve')
    expect(await told(ALICE)).toContain('Not done')
    expect(await remediation()).toMatchObject({ state: 'cancelled', runs: [] })
    expect((await service.audit()).breaches).toEqual([])
  })
})
