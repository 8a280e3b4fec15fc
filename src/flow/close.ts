import type { Actor, ChainedEntry } from '../domain/entry.ts'
import { ACTIVE_STATES, type RemediationState } from '../domain/remediation.ts'
import { settleFollowers } from './followers.ts'
import type { LedgerTx } from './ledger.ts'

/** Where a remediation goes when its incident is over before it ran. */
const WITHDRAWN: Partial<Record<RemediationState, 'suppressed' | 'cancelled'>> = {
  proposed: 'suppressed',
  awaiting_approval: 'cancelled',
  queued: 'cancelled',
}

/**
 * Ends incidents: withdraws what has not run, has what ran looked at once more, stops the climb. A run under way is left
 * alone; its end finds the incident closed.
 */
export async function closeStories(
  tx: LedgerTx,
  closings: readonly { id: number; endedAt: Date }[],
  reason: string,
  actor: Actor,
  now: Date,
): Promise<number[]> {
  const closed = await tx.closeIncidents(closings, now)
  if (closed.length === 0) return []
  const entries: ChainedEntry[] = closed.map((id) => ({
    chain: id,
    at: now,
    kind: 'incident.closed',
    actor,
    data: { reason, endedAt: (closings.find((closing) => closing.id === id)?.endedAt ?? now).toISOString() },
  }))
  for (const { id, incident, state } of await tx.remediationsOf(closed, ACTIVE_STATES)) {
    const to = WITHDRAWN[state]
    if (to !== undefined) {
      await tx.moveRemediation({ id, from: state, to, reason: 'incident-closed', at: now, wakeAt: null })
      entries.push({
        chain: incident,
        at: now,
        kind: 'remediation.moved',
        actor,
        data: { remediation: id, from: state, to, reason: 'incident-closed' },
      })
      entries.push(...(await settleFollowers(tx, id, 'withdrawn', now)))
    } else if (state === 'verifying' || state === 'unknown') {
      await tx.wakeRemediation(id, state, now)
    }
  }
  const stopped = await tx.resolveEscalations(closed, now)
  entries.push(
    ...stopped.map(
      (incident): ChainedEntry => ({ chain: incident, at: now, kind: 'escalation.resolved', actor, data: { reason } }),
    ),
  )
  await tx.appendEntries(entries)
  return closed
}
