import type { StoredNotification } from '../domain/alert.ts'
import { type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import { NightshiftError, sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { PolicySet } from '../domain/policy.ts'
import { closeStories } from './close.ts'
import { type Decided, decideOpenings } from './decide-openings.ts'
import { inTurn } from './in-turn.ts'
import type { FlowLedger, LedgerTx } from './ledger.ts'
import { quarantineNotification, type Sorted, sortAlerts } from './sort-alerts.ts'

/** What the intake needs from outside. */
export type IntakeDeps = {
  ledger: FlowLedger
  /** Reads a stored body; what receive accepted, it can read. */
  parse: Sorted['parse']
  policies: () => PolicySet
  /** Decide and record, never act: of the whole service. */
  shadow: boolean
  now: () => Date
  log: Log
  /** Told of each decision, after it is on disk. */
  onDecision: (decided: Decided) => void
}

/** Most notifications in one transaction: a storm makes bigger batches, not a longer queue. */
const BATCH = 200

/**
 * Decides every notification that waits: opens, repeats and closes incidents, decides about the new ones, and owes the bell
 * for what is to be done. One transaction a batch. A notification that makes the code throw is put aside and a person is
 * told; it is in nobody's way.
 * @returns how many notifications were decided
 * @throws NightshiftError `ledger-unavailable`
 */
export async function drainIntake(deps: IntakeDeps): Promise<number> {
  let total = 0
  let limit = BATCH
  for (;;) {
    const claimed: StoredNotification[] = []
    try {
      const decided = await inTurn(deps.ledger, (tx) => decideBatch(tx, deps, limit, claimed))
      for (const decision of decided) deps.onDecision(decision)
    } catch (error) {
      if (error instanceof NightshiftError && error.code === 'ledger-unavailable') throw error
      deps.log.error({ err: error, notifications: claimed.map(({ id }) => id) }, 'intake failed; deciding one by one')
      if (limit === 1) {
        await putAside(deps, claimed, error)
        total += claimed.length
      }
      // One of the batch is at fault: alone, each either passes or shows itself.
      limit = 1
      if (claimed.length === 0) throw error
      continue
    }
    total += claimed.length
    if (claimed.length < limit) return total
  }
}

async function decideBatch(
  tx: LedgerTx,
  deps: IntakeDeps,
  limit: number,
  claimed: StoredNotification[],
): Promise<Decided[]> {
  claimed.push(...(await tx.claimNotifications(limit)))
  if (claimed.length === 0) return []
  const now = deps.now()
  const sorted = await sortAlerts(tx, claimed, deps.parse, now)
  await tx.touchIncidents(
    sorted.repeats.map(({ incident }) => incident),
    now,
  )
  await closeStories(tx, sorted.closings, 'alert-resolved', SYSTEM, now)
  const decided = await decideOpenings(tx, sorted.openings, deps, now)
  const late: ChainedEntry[] = sorted.late.map(({ incident, notification }) => ({
    chain: incident,
    at: now,
    kind: 'alert.late',
    actor: SYSTEM,
    data: { notification },
  }))
  const repeated: ChainedEntry[] = sorted.repeats.map(({ incident, notification }) => ({
    chain: incident,
    at: now,
    kind: 'alert.repeated',
    actor: SYSTEM,
    data: { notification },
  }))
  await tx.appendEntries([...late, ...repeated])
  for (const { id, problem } of sorted.unreadable) await quarantineNotification(tx, id, problem, now)
  await tx.markDecided(
    claimed.map(({ id }) => id).filter((id) => !sorted.unreadable.some((bad) => bad.id === id)),
    now,
  )
  return decided
}

async function putAside(deps: IntakeDeps, claimed: readonly StoredNotification[], error: unknown): Promise<void> {
  await inTurn(deps.ledger, async (tx) => {
    for (const { id } of claimed) await quarantineNotification(tx, id, sentence(error), deps.now())
  })
}
