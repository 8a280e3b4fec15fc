import { GROUP_WITHIN_MS, placeIncidents } from './grouping.ts'
import type { PublishDeps } from './publish-deps.ts'
import { publishMessage, type Unrecorded } from './publish-message.ts'
import { waitAfter } from './slack-failure.ts'

/** Messages told in one turn, and incidents shared out: a stopping service waits for the end of the turn. */
const MESSAGES_PER_TURN = 5
const INCIDENTS_PER_TURN = 500
/** How long a message stays ours, in ms: far longer than the few calls that it takes, each of which ends in seconds. */
const LEASE_MS = 60_000

export type Publisher = {
  /**
   * Brings Slack up to the ledger: posts what is new, edits what has moved on, one message after the other. What Slack does
   * not take is tried again later, as it stands then; nobody waits for it.
   * @returns how many messages were brought up to date
   * @throws NightshiftError `ledger-unavailable`
   */
  publishOnce: () => Promise<number>
}

/**
 * Makes the publisher. Any number may work on one ledger: each message is one publisher's at a time. When a publisher dies
 * between Slack's taking of a new message and the next statement, that message is posted a second time.
 */
export function createPublisher(deps: PublishDeps): Publisher {
  let pausedUntil = new Date(0)
  const unrecorded: Unrecorded = new Map()
  return {
    publishOnce: async () => {
      if (deps.now() < pausedUntil) return 0
      await shareOut(deps)
      for (let told = 0; told < MESSAGES_PER_TURN; told += 1) {
        const pauseMs = await tellNext(deps, unrecorded)
        if (pauseMs === null) return told
        if (pauseMs > 0) {
          pausedUntil = new Date(deps.now().getTime() + pauseMs)
          return told
        }
      }
      return MESSAGES_PER_TURN
    },
  }
}

/** Gives every incident that Slack should know of a message, its own or a shared one, and every run by hand its own. */
async function shareOut({ ledger, channelOf, now }: PublishDeps): Promise<void> {
  await ledger.transaction(async (tx) => {
    await tx.lockMessages()
    const at = now()
    for (const { byHand, system } of await tx.untoldRuns(INCIDENTS_PER_TURN)) {
      const message = { channel: channelOf(system) || null, system, rule: null, grouped: false, incidents: [], byHand }
      await tx.insertMessage(message, at)
    }
    const untold = await tx.untoldIncidents(at, INCIDENTS_PER_TURN)
    if (untold.length === 0) return
    const recent = await tx.recentMessages(new Date(at.getTime() - GROUP_WITHIN_MS))
    for (const { incidents, ...placement } of placeIncidents(untold, recent)) {
      if (placement.join !== null) await tx.addStories(placement.join, incidents)
      else {
        const { system, rule, grouped } = placement
        const channel = channelOf(system) || null
        await tx.insertMessage({ channel, system, rule, grouped, incidents, byHand: null }, at)
      }
    }
  })
}

/** Tells the next message. @returns null when there is none; otherwise how long Slack is to be left alone, in ms */
async function tellNext(deps: PublishDeps, unrecorded: Unrecorded): Promise<number | null> {
  const { ledger, now, log } = deps
  const taken = await ledger.takeMovedMessage(now(), new Date(now().getTime() + LEASE_MS))
  if (taken === null) return null
  const failure = await publishMessage(deps, taken, unrecorded)
  if (failure === null) return 0
  const waitMs = waitAfter(failure, taken.attempt)
  await ledger.recordFailure(taken, failure.why, new Date(now().getTime() + waitMs), now())
  log.warn({ slackMessage: taken.id, channel: taken.channel, kind: failure.kind, waitMs }, `Slack: ${failure.why}`)
  return failure.kind === 'refused' ? 0 : waitMs
}
