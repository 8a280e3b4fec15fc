import type { ChainedEntry } from '../domain/entry.ts'
import { SYSTEM } from '../domain/entry.ts'
import type { DueEscalation } from '../domain/escalation.ts'
import type { Bell } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import type { FlowLedger } from './ledger.ts'
import type { RemediateDeps } from './remediate-deps.ts'
import { giveUpLostRuns } from './settle-unknown.ts'

/** A ring of the bell is missed when nothing came of it for this long after its time, in ms. */
const MISSED_AFTER_MS = 5000
/** A missed ring is repeated no more often than this, in ms: an overloaded queue must not be rung deaf. */
const RING_AGAIN_MS = 15_000

export type RingDeps = {
  ledger: FlowLedger
  ring: (bells: readonly { id: string; remediation: number; at: Date | null }[]) => Promise<void>
}

/**
 * Hands the rings that are owed to the queue. They leave the outbox only when the queue has them: when it refuses, they
 * stay owed, and the next call tries again.
 * @returns how many were rung
 * @throws NightshiftError `queue-unavailable`, `ledger-unavailable`
 */
export async function ringBells({ ledger, ring }: RingDeps): Promise<number> {
  let total = 0
  for (;;) {
    const rung = await ledger.transaction(async (tx) => {
      const bells = await tx.takeBells(500)
      if (bells.length > 0) await ring(bells.map(asJob))
      return bells.length
    })
    total += rung
    if (rung < 500) return total
  }
}

/** BullMQ refuses ':' and plain numbers as ids, and ignores an id that it still holds: so each attempt has its own. */
function asJob({ remediation, attempt, at }: Bell): { id: string; remediation: number; at: Date | null } {
  return { id: `${remediation}-${attempt}`, remediation, at }
}

/** What one sweep found to do. */
export type Swept = { lost: number; missed: number; due: DueEscalation[] }

/**
 * Finds what fell through: runs whose worker died, rings that were never heard, and deadlines that have passed. Every
 * replica sweeps; each row is taken by one. Paging itself comes with issue 4: until then a due escalation is recorded and
 * handed to `onDue`.
 */
export async function sweep(deps: RemediateDeps, onDue: (due: DueEscalation) => void): Promise<Swept> {
  const lost = await giveUpLostRuns(deps)
  const missed = await deps.ledger.transaction((tx) =>
    tx.oweMissedBells(deps.now(), MISSED_AFTER_MS, RING_AGAIN_MS, 500),
  )
  const due = await inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    const raised = await tx.raiseDueEscalations(now, 500)
    await tx.appendEntries(
      raised.map(
        ({ incident, severity, reason, level }): ChainedEntry => ({
          chain: incident,
          at: now,
          kind: 'escalation.due',
          actor: SYSTEM,
          data: { severity, reason, level, paged: false },
        }),
      ),
    )
    return raised
  })
  for (const one of due) onDue(one)
  return { lost, missed, due }
}
