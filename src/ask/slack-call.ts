import type { Message } from './messages/block.ts'
import type { PostCall, SlackCalls, UpdateCall } from './publish-deps.ts'
import { failureOf, type SlackFailure } from './slack-failure.ts'

/** A call that Slack did not take, and why. */
export class NotTaken extends Error {
  readonly failure: SlackFailure
  constructor(cause: unknown) {
    super('Slack did not take a call', { cause })
    this.failure = failureOf(cause)
  }
}

/** Where a message stands in Slack. */
export type Place = { channel: string; ts: string }

/** Nothing in a message is made a mention or a link but what we made one. */
const AS_WRITTEN = { parse: 'none', link_names: false } as const

/**
 * Posts a message, or a reply in a thread.
 * @throws NotTaken
 */
export async function post(
  slack: SlackCalls,
  channel: string,
  { text, blocks }: Message,
  more: Pick<PostCall, 'thread_ts' | 'metadata'>,
): Promise<Place> {
  const call: PostCall = { channel, text, blocks, ...AS_WRITTEN, unfurl_links: false, unfurl_media: false, ...more }
  const answer = await taken(() => slack.postMessage(call))
  if (!answer.ts) throw new NotTaken(new Error('an answer without the number of the message'))
  return { channel: answer.channel ?? channel, ts: answer.ts }
}

/**
 * Edits a message.
 * @throws NotTaken
 */
export async function edit(slack: SlackCalls, { channel, ts }: Place, { text, blocks }: Message): Promise<void> {
  const call: UpdateCall = { channel, ts, text, blocks, ...AS_WRITTEN }
  await taken(() => slack.update(call))
}

async function taken<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw new NotTaken(error)
  }
}
