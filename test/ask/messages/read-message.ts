import type { Button, Message, MessageBlock } from '../../../src/ask/messages/block.ts'

/** Every text of a message that Slack reads as markup. */
export function markupOf({ text, blocks }: Message): string[] {
  return [text, ...blocks.flatMap(markupIn)]
}

function markupIn(block: MessageBlock): string[] {
  if (block.type === 'context') return block.elements.map((element) => element.text)
  if (block.type !== 'section') return []
  return 'fields' in block ? block.fields.map((field) => field.text) : [block.text.text]
}

export function buttonsOf({ blocks }: Message): Button[] {
  return blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
}

/** A message as a page of text, for golden files. */
export function asPage(message: Message): string {
  const buttons = buttonsOf(message).map(
    ({ text, action_id, style, confirm }) =>
      `[${text.text}] ${action_id}${style ? ` ${style}` : ''}${confirm ? `, asks: ${confirm.text.text}` : ''}`,
  )
  const header = message.blocks.flatMap((block) => (block.type === 'header' ? [`# ${block.text.text}`] : []))
  return `${[...header, ...markupOf(message).slice(1), ...buttons].join('\n\n')}\n\nNotification: ${message.text}\n`
}
