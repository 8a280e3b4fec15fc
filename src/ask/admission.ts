import { z } from 'zod'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { AskRefusal, RefusalSink } from './refusal.ts'
import type { Identity } from './standing.ts'
import { inTime, TOO_LATE } from './time-limit.ts'

/** Longest wait, in ms, for Slack to say who we are, and for the ledger to say whether a request is new. */
const PATIENCE_MS = 1000

export type AdmissionDeps = {
  identity: () => Promise<Identity | null>
  /** True when nobody, in any replica, was told of this hash before. Throws while the ledger is away. */
  firstSeen: (hash: string) => Promise<boolean>
  refusals: RefusalSink
  log: Log
  patienceMs?: number
}

/** Whether something that Slack sent is let in. The same for both ways that it may come. */
export type Admission = (body: Readonly<Record<string, unknown>>, hash: string) => Promise<AskRefusal | null>

/**
 * Makes the gate behind the signature: from our workspace, for our app, and for the first time. A click has a trigger id in
 * its body, so two clicks never have the same hash, and the same hash is the same click.
 */
export function createAdmission({
  identity,
  firstSeen,
  refusals,
  log,
  patienceMs = PATIENCE_MS,
}: AdmissionDeps): Admission {
  const refuse = async (why: AskRefusal, sender: string): Promise<AskRefusal> => {
    refusals.refused(why)
    if (why !== 'ledger-away') await inTime(patienceMs, refusals.record({ who: sender, what: 'request', why }))
    return why
  }
  return async (body, hash) => {
    const we = await inTime(patienceMs, identity())
    if (we === null || we === TOO_LATE) {
      refusals.refused('slack-away')
      return 'slack-away'
    }
    const sender = Sender.parse(body)
    const who = `slack:${sender.user?.id ?? sender.user_id ?? 'nobody'}`
    const why = strangerReason(sender, we)
    if (why !== null) return refuse(why, who)
    try {
      const first = await inTime(patienceMs, firstSeen(hash))
      if (first === TOO_LATE) return refuse('ledger-away', who)
      return first ? null : refuse('replayed', who)
    } catch (error) {
      // Not known whether it is new, so it is not: the person clicks again when the ledger is back.
      log.warn({ part: 'slack' }, `a request from Slack was refused, the ledger is away: ${sentence(error)}`)
      return refuse('ledger-away', who)
    }
  }
}

const text = z.string().optional().catch(undefined)

/** Where a payload came from; clicks and modals say it in objects, commands and events in plain fields. */
const Sender = z.object({
  api_app_id: text,
  team_id: text,
  team: z.object({ id: text }).optional().catch(undefined),
  user: z.object({ id: text, team_id: text }).optional().catch(undefined),
  user_id: text,
})
type Sender = z.infer<typeof Sender>

function strangerReason(sender: Sender, we: Identity): AskRefusal | null {
  const team = sender.team_id ?? sender.team?.id
  // In a channel shared with another workspace the channel is ours, and the person is not.
  if (team !== we.team || (sender.user?.team_id ?? we.team) !== we.team) return 'other-workspace'
  return we.app !== null && sender.api_app_id !== we.app ? 'other-app' : null
}
