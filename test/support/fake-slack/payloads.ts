import { randomUUID } from 'node:crypto'
import type { FakeButton, FakeView } from './blocks.ts'
import type { FakeSlack } from './fake-slack.ts'
import type { FakeMessage } from './workspace.ts'

export type Payload = Readonly<Record<string, unknown>>

/** The buttons that a message shows. */
export function buttonsOf({ blocks }: Pick<FakeMessage, 'blocks'>): FakeButton[] {
  return blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
}

function envelope(fake: FakeSlack, user: string) {
  return {
    api_app_id: fake.app,
    token: 'verification-tokens-are-deprecated',
    team: { id: fake.team, domain: 'fake' },
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: fake.team },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: fake.newTrigger(),
  }
}

/** What Slack sends when a person clicks: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
export function clickOn(fake: FakeSlack, user: string, message: FakeMessage, actionId: string): Payload {
  const button = buttonsOf(message).find(({ action_id }) => action_id === actionId)
  if (button === undefined) throw new Error(`the message shows no button ${actionId}`)
  const { type, action_id, text, value } = button
  return {
    type: 'block_actions',
    ...envelope(fake, user),
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    channel: { id: message.channel, name: 'night' },
    message: { type: 'message', user: 'U0BOT', ts: message.ts, text: message.text, blocks: message.blocks },
    response_url: fake.responseUrl(),
    actions: [{ type, action_id, block_id: 'b1', text, value, action_ts: `${Date.now() / 1000}` }],
  }
}

/** What Slack sends when a person submits a modal: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
export function submitted(
  fake: FakeSlack,
  user: string,
  view: FakeView,
  typed: Readonly<Record<string, string>>,
): Payload {
  const values = view.blocks.flatMap((block) =>
    block.type === 'input'
      ? [
          [
            block.block_id ?? '',
            { [block.element.action_id]: { type: 'plain_text_input', value: typed[block.block_id ?? ''] ?? null } },
          ],
        ]
      : [],
  )
  return {
    type: 'view_submission',
    ...envelope(fake, user),
    view: {
      ...view,
      id: 'V1',
      hash: randomUUID(),
      app_id: fake.app,
      bot_id: 'B0BOT',
      state: { values: Object.fromEntries(values) },
    },
    response_urls: [],
  }
}

/** What Slack sends when a person types a command: https://docs.slack.dev/interactivity/implementing-slash-commands. */
export function command(fake: FakeSlack, user: string, text: string): Readonly<Record<string, string>> {
  return {
    token: 'verification-tokens-are-deprecated',
    team_id: fake.team,
    team_domain: 'fake',
    channel_id: fake.channel,
    channel_name: 'night',
    user_id: user,
    user_name: user.toLowerCase(),
    command: '/nightshift',
    text,
    api_app_id: fake.app,
    is_enterprise_install: 'false',
    response_url: fake.responseUrl(),
    trigger_id: fake.newTrigger(),
  }
}
