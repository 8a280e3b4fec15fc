import { ACTIONS, buttonValue } from '../button.ts'
import { type Button, type MessageBlock, plainText } from './block.ts'
import type { Story, StoryRemediation } from './story.ts'

/** The step that waits for a person's decision, if one does. */
export function waitingIn(story: Story): StoryRemediation | null {
  return story.remediations.find(({ state, approval }) => state === 'awaiting_approval' && approval !== null) ?? null
}

/**
 * What a person can do now. The value names exactly what was shown: incident, remediation and digest. No button outlives its
 * use: null when there is nothing to press.
 */
export function buttonsFor(story: Story, danger: string | null, canSilence: boolean): MessageBlock | null {
  if (!story.open) return null
  const waiting = waitingIn(story)
  const value = buttonValue({
    incident: story.incident,
    remediation: waiting?.id ?? null,
    digest: waiting?.approval?.digest ?? null,
  })
  const button = (action_id: string, text: string): Button => ({
    type: 'button',
    action_id,
    text: plainText(text, 75),
    value,
  })
  const silenceable = canSilence && story.incident !== null
  const climbs = story.escalation?.state === 'pending' || story.escalation?.state === 'paging'
  const elements = [
    ...(waiting === null
      ? []
      : [approveButton(button(ACTIONS.approve, 'Approve'), waiting, danger), button(ACTIONS.deny, 'Deny')]),
    ...(climbs ? [button(ACTIONS.acknowledge, 'Acknowledge')] : []),
    ...(silenceable ? [button(ACTIONS.silence, 'Silence 1 h')] : []),
  ]
  return elements.length === 0 ? null : { type: 'actions', elements }
}

function approveButton(button: Button, { handler, target, plan }: StoryRemediation, danger: string | null): Button {
  if (danger !== 'destructive') return { ...button, style: 'primary' }
  return {
    ...button,
    style: 'danger',
    confirm: {
      title: plainText('This cannot be undone', 100),
      text: plainText(`${handler} on ${target}: ${plan?.length ?? 0} things, as listed in the message.`, 300),
      confirm: plainText('Approve', 30),
      deny: plainText('Back', 30),
      style: 'danger',
    },
  }
}
