import { z } from 'zod'

/**
 * The blocks that Nightshift uses, with the limits that Slack publishes: https://docs.slack.dev/reference/block-kit/blocks,
 * .../block-elements, .../composition-objects and https://docs.slack.dev/reference/views. Strict, as Slack is: a field that a
 * block does not have makes the whole message `invalid_blocks`.
 */
const plainText = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  })
const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most), verbatim: z.boolean().optional() })
const anyText = (most: number) => z.union([plainText(most), mrkdwn(most)])

const blockId = z.string().max(255).optional()
const actionId = z.string().min(1).max(255)

const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
})

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId.optional(),
  url: z.url().max(3000).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
})

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: actionId,
  initial_value: z.string().optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
  focus_on_load: z.boolean().optional(),
  placeholder: plainText(150).optional(),
})

const section = z
  .strictObject({
    type: z.literal('section'),
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: button.optional(),
    expand: z.boolean().optional(),
    block_id: blockId,
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'a section needs text or fields')

const actions = z
  .strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25), block_id: blockId })
  .refine(
    ({ elements }) => new Set(elements.map((element) => element.action_id)).size === elements.length,
    'an action_id may stand once in a block',
  )

const block = z.union([
  section,
  actions,
  z.strictObject({ type: z.literal('header'), text: plainText(150), block_id: blockId }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({ type: z.literal('context'), elements: z.array(anyText(3000)).min(1).max(10), block_id: blockId }),
  z.strictObject({
    type: z.literal('input'),
    label: plainText(2000),
    element: plainTextInput,
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    block_id: blockId,
  }),
])

/** A message has at most 50 blocks, each with a block_id of its own. */
export const MessageBlocks = z.array(block).max(50).refine(idsDiffer, 'a block_id may stand once in a message')

export const ModalView = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    blocks: z.array(block).max(100).refine(idsDiffer, 'a block_id may stand once in a view'),
    private_metadata: z.string().max(3000).optional(),
    callback_id: z.string().max(255).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    external_id: z.string().max(255).optional(),
  })
  .refine(
    ({ blocks, submit }) => submit !== undefined || blocks.every(({ type }) => type !== 'input'),
    'a view with an input needs a submit button',
  )

export type FakeBlock = z.infer<typeof block>
export type FakeView = z.infer<typeof ModalView>
export type FakeButton = z.infer<typeof button>

/** Slack does not publish how long all texts of a message may be together; people met `msg_blocks_too_long` from 13,200 (bolt-js#2509). */
export const ALL_TEXTS = 13_000

/** Characters of all texts of a message together. */
export function lengthOfTexts(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + lengthOfTexts(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === 'text' && typeof inner === 'string' ? inner.length : lengthOfTexts(inner)),
    0,
  )
}

function idsDiffer(blocks: readonly { block_id?: string | undefined }[]): boolean {
  const ids = blocks.flatMap(({ block_id }) => (block_id === undefined ? [] : [block_id]))
  return new Set(ids).size === ids.length
}
