import { context, type Message, type MessageBlock, SECTION_ROOM, section } from './block.ts'
import { codeBlock } from './code-block.ts'
import { lines, type Markup, mrkdwn, time } from './markup.ts'
import { wholeDiagnosis } from './proposal.ts'
import type { Finding, StoryEntry } from './story.ts'
import { threadLine } from './thread-line.ts'

/** A reply, and the last entry that it tells. */
export type ThreadReply = { message: Message; upTo: number }

/** More entries than this at once are told in one reply: after an outage a thread is caught up with, not replayed. */
const ONE_BY_ONE = 5
/** What the message itself shows of a plan; a shorter one needs no reply. */
const PLAN_IN_MESSAGE = 10

/** What the thread has to say of these entries, in order: one reply each, or one for all when there are many. */
export function threadReplies(entries: readonly StoryEntry[]): ThreadReply[] {
  const replies = entries.flatMap((entry) => {
    const message = replyTo(entry)
    return message === null ? [] : [{ message, upTo: entry.seq }]
  })
  return replies.length <= ONE_BY_ONE ? replies : [caughtUp(entries)]
}

function caughtUp(entries: readonly StoryEntry[]): ThreadReply {
  const told = entries.flatMap((entry) => {
    const line = threadLine(entry)
    return line === null ? [] : [mrkdwn`${time(entry.at)}  ${line}`]
  })
  const text = lines(told, SECTION_ROOM)
  const message = { text: text.markup, blocks: [section(text)] }
  return { message, upTo: entries.at(-1)?.seq ?? 0 }
}

/** One reply for what many incidents have to say; null when they have nothing. */
export function groupReply(entries: readonly (StoryEntry & { incident: number })[]): Message | null {
  const told = entries.flatMap((entry) => {
    const line = threadLine(entry)
    return line === null ? [] : [mrkdwn`${time(entry.at)}  Incident ${entry.incident}: ${line}`]
  })
  const text = lines(told, SECTION_ROOM)
  return told.length === 0 ? null : { text: text.markup, blocks: [section(text)] }
}

function replyTo(entry: StoryEntry): Message | null {
  if (entry.kind === 'diagnosis.attached') return diagnosisReply(entry)
  if (entry.kind === 'plan.made') return planReply(entry)
  const line = threadLine(entry)
  return line === null ? null : reply(line, entry)
}

function reply(line: Markup, { at }: StoryEntry, more: readonly MessageBlock[] = []): Message {
  return { text: line.markup, blocks: [section(line), ...more, context([time(at)])] }
}

function diagnosisReply(entry: StoryEntry): Message | null {
  const finding = findingOf(entry)
  if (finding === null) return null
  const line = mrkdwn`*Diagnosis* ${finding.handler} on ${finding.target}: ${finding.summary}`
  return { text: line.markup, blocks: [...wholeDiagnosis(finding), context([time(entry.at)])] }
}

function planReply(entry: StoryEntry): Message | null {
  const items = entry.data.items
  if (!Array.isArray(items) || items.length <= PLAN_IN_MESSAGE) return null
  const line = mrkdwn`*The whole plan*: ${String(items.length)} things`
  return reply(line, entry, [section(codeBlock(items.map(String), SECTION_ROOM))])
}

/** The ledger's own words, written by flow/prepare; anything else is not shown. */
function findingOf({ data: { finding } }: StoryEntry): Finding | null {
  if (typeof finding !== 'object' || finding === null || Array.isArray(finding)) return null
  const { handler, target, summary, columns, rows } = finding as Partial<Finding>
  if (!handler || !target || summary === undefined || !Array.isArray(columns) || !Array.isArray(rows)) return null
  return { handler, target, summary, columns, rows }
}
