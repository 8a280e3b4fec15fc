import { groupReply, threadReplies } from './messages/thread-replies.ts'
import type { PublishDeps, Taken } from './publish-deps.ts'
import { NotTaken, type Place, post } from './slack-call.ts'

/** Entries that a turn reads for a thread; what is left is told with the next move. */
const ENTRIES_PER_TURN = 500

/**
 * Tells the thread of one incident what its entries say, in order; how far is recorded after each reply.
 * @throws NotTaken
 */
export async function tellThread({ ledger, slack, now }: PublishDeps, taken: Taken, place: Place): Promise<void> {
  for (const told of taken.stories) {
    const { story, headSeq, threadPosition } = told
    if (headSeq <= threadPosition) continue
    const entries = await ledger.entriesBetween(told, threadPosition, headSeq, ENTRIES_PER_TURN)
    for (const { message, upTo } of threadReplies(entries)) {
      assertOurs(taken, now())
      await post(slack, place.channel, message, { thread_ts: place.ts })
      await ledger.recordThread([{ story, threadPosition: upTo }])
    }
    const all = entries.length < ENTRIES_PER_TURN
    await ledger.recordThread([{ story, threadPosition: all ? headSeq : (entries.at(-1)?.seq ?? headSeq) }])
  }
}

/**
 * Tells the thread of a grouped message what a person should not miss; the list itself shows the rest.
 * @throws NotTaken
 */
export async function tellGroupThread({ ledger, slack }: PublishDeps, taken: Taken, place: Place): Promise<void> {
  const moved = taken.stories.filter(({ headSeq, threadPosition }) => headSeq > threadPosition)
  if (moved.length === 0) return
  const reply = groupReply(await ledger.notableEntries(moved))
  if (reply !== null) await post(slack, place.channel, reply, { thread_ts: place.ts })
  await ledger.recordThread(moved.map(({ story, headSeq }) => ({ story, threadPosition: headSeq })))
}

/** Longest that one call may take, in ms, with time to spare. */
const CALL_MS = 20_000

/** Stops before the lease runs out in the middle of a call: whoever takes the message then would say the same again. */
function assertOurs({ lease }: Taken, now: Date): void {
  if (now.getTime() + CALL_MS > lease.getTime())
    throw new NotTaken(new Error('Slack is too slow; the rest is told next'))
}
