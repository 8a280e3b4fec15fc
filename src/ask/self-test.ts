import type { App, BlockAction, ButtonAction, types } from '@slack/bolt'
import { harmless, type Tell } from './answer.ts'
import { ACTIONS, buttonValue } from './button.ts'
import type { PersonOf } from './decisions.ts'

/** Most characters of a section. */
const LONGEST_TEXT = 3000

/**
 * Asks for one click, which proves that clicks reach us and says who the clicker is to us.
 * @param problems what is known to be wrong, said beside it
 */
export function selfTestQuestion(problems: readonly string[]): types.KnownBlock[] {
  const text = 'This message shows that Nightshift can post. Click to show that clicks reach it.'
  const wrong = problems.map((problem) => `Not right: ${problem}`)
  return [
    { type: 'section', text: { type: 'plain_text', text: [text, ...wrong].join('\n').slice(0, LONGEST_TEXT) } },
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: ACTIONS.selfTest,
          text: { type: 'plain_text', text: 'Test the buttons' },
          value: buttonValue({}),
        },
      ],
    },
  ]
}

/** Registers the answer to the self-test's click. Anybody may: it does nothing. */
export function addSelfTest(app: App, personOf: PersonOf, tell: Tell): void {
  app.action<BlockAction<ButtonAction>>(ACTIONS.selfTest, async ({ ack, body, respond }) => {
    await ack()
    const user = body.user.id
    const person = personOf(user)
    const known =
      person === null
        ? `Nobody in policies/severity.yaml has your Slack member id, ${user}: you cannot decide anything.`
        : `You are known as ${person}.`
    const text = `Buttons work: your click reached Nightshift. ${known}`
    const channel = body.channel?.id
    if (channel === undefined)
      await respond({ text: harmless(text), response_type: 'ephemeral', replace_original: false })
    else await tell({ channel, user }, text)
  })
}
