import { type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import { STILL_FIRING_MS } from '../domain/escalation.ts'
import type { LedgerTx } from './ledger.ts'

/**
 * Tells the incidents that follow a remediation how it ended. Fixed: their alerts get the same time to resolve as the one
 * that led. Anything else: a person is due now, for nobody else is at work for them.
 * @returns entries to append
 */
export async function settleFollowers(
  tx: LedgerTx,
  remediation: number,
  end: 'fixed' | 'not-fixed' | 'withdrawn',
  now: Date,
): Promise<ChainedEntry[]> {
  const followers = await tx.followersOf(remediation)
  const reason = end === 'fixed' ? 'still-firing-after-fix' : `leader-${end}`
  const dueAt = end === 'fixed' ? new Date(now.getTime() + STILL_FIRING_MS) : now
  const moved = await tx.rescheduleEscalations(followers, dueAt, reason, now)
  return moved.map((incident) => ({
    chain: incident,
    at: now,
    kind: end === 'fixed' ? 'escalation.held' : 'escalation.due',
    actor: SYSTEM,
    data: { reason, remediation, dueAt: dueAt.toISOString() },
  }))
}
