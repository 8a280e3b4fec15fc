import { createHash } from 'node:crypto'
import { ACTIVE_STATES } from '../domain/remediation.ts'
import type { Message } from './messages/block.ts'
import { type Batch, groupedMessage } from './messages/grouped-message.ts'
import { incidentMessage } from './messages/incident-message.ts'
import type { MessageSetting, Story } from './messages/story.ts'
import type { PublishDeps, Taken } from './publish-deps.ts'
import { tellGroupThread, tellThread } from './publish-thread.ts'
import { edit, NotTaken, type Place, post } from './slack-call.ts'
import type { SlackFailure } from './slack-failure.ts'

/** A message is looked at for this long after all in it has ended, in ms: late clicks are still answered in its thread. */
const WATCH_AFTER_MS = 3_600_000
/** Slack's words for a message that we cannot edit any more: it is posted anew. */
const GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed']

/** Messages that Slack took and that the ledger has not recorded: it failed just then. By their id. */
export type Unrecorded = Map<number, Place & { hash: string }>

/**
 * Brings one message and its thread up to the stories as they stand. What Slack took is recorded after each call, so that a
 * failure half-way repeats nothing.
 * @returns null when all is told; otherwise what Slack said
 */
export async function publishMessage(
  deps: PublishDeps,
  message: Taken,
  unrecorded: Unrecorded,
): Promise<SlackFailure | null> {
  const posted = unrecorded.get(message.id)
  const taken = posted === undefined ? message : { ...message, ...posted, renderedHash: posted.hash }
  const stories = [
    ...(await deps.ledger.storiesOf(taken.stories.flatMap(({ incident }) => incident ?? []))),
    ...(await deps.ledger.storiesByHand(taken.stories.flatMap(({ byHand }) => byHand ?? []))),
  ]
  const { message: shown, batch } = render(taken, stories, deps.setting)
  if (batch !== null) await deps.ledger.insertBatch(batch.id, batch.shown, deps.now())
  try {
    const place = await show(deps, taken, shown, unrecorded)
    if (taken.grouped) await tellGroupThread(deps, taken, place)
    else await tellThread(deps, taken, place)
  } catch (error) {
    if (error instanceof NotTaken) return error.failure
    throw error
  }
  const now = deps.now()
  await deps.ledger.recordTold(taken, stories.every(hasEnded) ? new Date(now.getTime() + WATCH_AFTER_MS) : null, now)
  return null
}

function render(
  { grouped }: Taken,
  stories: readonly Story[],
  setting: MessageSetting,
): { message: Message; batch: Batch | null } {
  const [only] = stories
  if (grouped || only === undefined) return groupedMessage(stories, setting)
  return { message: incidentMessage(only, setting), batch: null }
}

async function show(deps: PublishDeps, taken: Taken, message: Message, unrecorded: Unrecorded): Promise<Place> {
  const { slack, ledger, now } = deps
  const { channel, ts } = taken
  const hash = createHash('sha256').update(JSON.stringify(message)).digest('hex')
  const record = async (place: Place) => {
    unrecorded.set(taken.id, { ...place, hash })
    await ledger.recordShown(taken, { ...place, hash }, now())
    unrecorded.delete(taken.id)
    return place
  }
  if (ts !== null) {
    const known = { channel, ts }
    if (hash === taken.renderedHash) return unrecorded.has(taken.id) ? record(known) : known
    try {
      await edit(slack, known, message)
      return await record(known)
    } catch (error) {
      if (!(error instanceof NotTaken) || !GONE.includes(error.failure.why)) throw error
    }
  }
  // A channel that was wrong when the message was made may have been put right since.
  const place = deps.channelOf(taken.system) || channel
  const metadata = { event_type: 'nightshift_incident', event_payload: { message: String(taken.id) } }
  return record(await post(slack, place, message, { metadata }))
}

function hasEnded({ open, remediations }: Story): boolean {
  return !open && remediations.every(({ state }) => !(ACTIVE_STATES as readonly string[]).includes(state))
}
