import { plain } from './escape.ts'
import type { Markup } from './markup.ts'

/**
 * The few blocks that our messages are made of, with Slack's limits: https://docs.slack.dev/reference/block-kit/blocks.
 * `verbatim` keeps Slack from making links and mentions of plain text; `emoji: false` from making pictures of `:words:`.
 */
export type PlainText = { type: 'plain_text'; text: string; emoji: false }
export type MrkdwnText = { type: 'mrkdwn'; text: string; verbatim: true }
export type Confirm = { title: PlainText; text: PlainText; confirm: PlainText; deny: PlainText; style: 'danger' }
export type Button = {
  type: 'button'
  action_id: string
  text: PlainText
  value: string
  style?: 'primary' | 'danger'
  confirm?: Confirm
}
export type MessageBlock =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text: MrkdwnText }
  | { type: 'section'; fields: MrkdwnText[] }
  | { type: 'context'; elements: MrkdwnText[] }
  | { type: 'actions'; elements: Button[] }
/** What is posted: `text` is what a notification shows. */
export type Message = { text: string; blocks: MessageBlock[] }

/** Most characters of a section. */
export const SECTION_ROOM = 3000
const HEADER_ROOM = 150

/** A headline of data. */
export function header(text: string): MessageBlock {
  return { type: 'header', text: plainText(text, HEADER_ROOM) }
}

/** A paragraph of at most SECTION_ROOM characters; its writer keeps to that. */
export function section(text: Markup): MessageBlock {
  return { type: 'section', text: mrkdwnText(text) }
}

/** At most ten short facts, in two columns. */
export function fields(texts: readonly Markup[]): MessageBlock {
  return { type: 'section', fields: texts.slice(0, 10).map(mrkdwnText) }
}

/** At most ten small remarks. */
export function context(texts: readonly Markup[]): MessageBlock {
  return { type: 'context', elements: texts.slice(0, 10).map(mrkdwnText) }
}

/** Plain text, cut to the room there is. */
export function plainText(text: string, room: number): PlainText {
  return { type: 'plain_text', text: plain(text, room), emoji: false }
}

function mrkdwnText({ markup }: Markup): MrkdwnText {
  return { type: 'mrkdwn', text: markup, verbatim: true }
}
