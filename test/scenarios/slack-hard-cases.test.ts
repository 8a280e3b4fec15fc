import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Deliver, overHttp } from '../support/fake-slack/delivery.ts'
import { type FakeSlack, startFakeSlack } from '../support/fake-slack/fake-slack.ts'
import { buttonsOf, clickOn, command } from '../support/fake-slack/payloads.ts'
import { notification, type Service, startService } from './service.ts'

const ALICE = 'U0ALICE'
const BOB = 'U0BOB'

let fake: FakeSlack
let service: Service
let deliver: Deliver

beforeEach(async () => {
  fake = await startFakeSlack()
})
afterEach(async () => {
  await service.close()
  await fake.stop()
})

async function start(): Promise<void> {
  service = await startService({
    NIGHTSHIFT_POLICIES: fileURLToPath(new URL('./policies-asked', import.meta.url)),
    SLACK_BOT_TOKEN: fake.botToken,
    SLACK_SIGNING_SECRET: fake.signingSecret,
    SLACK_API_URL: fake.apiUrl,
  })
  deliver = overHttp(fake, `${service.baseUrl}/slack/events`, () => new Date())
  await service.forgetTransaction()
}

const shows = (action: string) =>
  fake.until(({ messages }) => messages.find((message) => buttonsOf(message).some((b) => b.action_id === action)))
const says = (text: string) =>
  fake.until(({ messages }) => messages.find((message) => JSON.stringify(message.blocks).includes(text)))
const told = (user: string, text: string) =>
  fake.until(({ ephemerals }) => ephemerals.find((one) => one.user === user && one.text.includes(text)))
const remediation = async () => (await service.get('/api/v1/remediations/1')).body

it('two yeses are two people, whichever way the second comes', async () => {
  await start()
  await service.notify({ alertname: 'NeedsTwo' })
  const asking = await shows('approve')
  await deliver.interaction(clickOn(fake, BOB, asking, 'approve'))
  await told(BOB, 'one more person')
  await deliver.interaction(clickOn(fake, BOB, asking, 'approve'))
  await told(BOB, 'Not done')
  expect(await service.post('/api/v1/remediations/1/approve', { by: 'bob' })).toMatchObject({ status: 409 })
  expect((await remediation()).state).toBe('awaiting_approval')
  expect(await service.post('/api/v1/remediations/1/approve', { by: 'alice' })).toMatchObject({ status: 200 })
  await says('Fixed and verified')
  expect((await remediation()).runs).toHaveLength(1)
  expect((await service.audit()).breaches).toEqual([])
})

it('a yes after the kill switch starts nothing, and a person is told', async () => {
  await start()
  await service.notify({ alertname: 'Everywhere', instance: 'db-1' })
  const asking = await shows('approve')
  await deliver.command(command(fake, ALICE, 'kill-switch on all hands off'))
  await fake.until(({ responses }) => responses.find(({ text }) => String(text).includes('The kill switch is on')))
  await deliver.interaction(clickOn(fake, ALICE, asking, 'approve'))
  await service.until(async () => expect((await remediation()).state).toBe('suppressed'))
  expect((await remediation()).runs).toEqual([])
  expect((await service.audit()).breaches).toEqual([])
})

it('a storm of one rule is one message, and one click decides each that it showed', async () => {
  await start()
  const targets = [1, 2, 3, 4, 5, 6, 7].map((number) => `db-${number}`)
  const bodies = targets.map((instance) => notification({ alertname: 'Everywhere', instance }, 'firing'))
  await service.post('/webhooks/alertmanager', { ...bodies[0], alerts: bodies.flatMap(({ alerts }) => alerts) })
  const list = await fake.until(({ messages }) =>
    messages.find(({ blocks }) => JSON.stringify(blocks).includes('Approve the 7 shown')),
  )
  await deliver.interaction(clickOn(fake, ALICE, list, 'approve_all'))
  await service.until(async () => expect((await service.get('/api/v1/approvals')).body.items).toEqual([]))
  const all = async (): Promise<{ id: number; state: string }[]> =>
    (await service.get('/api/v1/remediations')).body.items
  // The first run ends the forgotten transaction; the others find nothing left to do.
  await service.until(async () => {
    for (const { state } of await all())
      expect(['succeeded', 'ineffective', 'cancelled', 'suppressed']).toContain(state)
  })
  expect(await all()).toHaveLength(7)
  for (const { id } of await all()) {
    expect((await service.get(`/api/v1/remediations/${id}`)).body.approval).toMatchObject({ given: ['alice'] })
  }
  expect((await service.audit()).breaches).toEqual([])
})

it('Slack that is away for all of an approval holds nothing up, and shows the end of it when it is back', async () => {
  fake.behave({ kind: 'down' })
  await start()
  await service.notify({ alertname: 'InAHurry' })
  await service.until(async () => expect((await remediation()).state).toBe('expired'))
  fake.behave({ kind: 'well' })
  const message = await says('Expired')
  expect(buttonsOf(message).map(({ action_id }) => action_id)).not.toContain('approve')
  expect(fake.messages.filter(({ thread }) => thread === null)).toHaveLength(1)
  expect((await service.audit()).breaches).toEqual([])
}, 60_000)
