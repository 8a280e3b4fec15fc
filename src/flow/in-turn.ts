import type { FlowLedger, LedgerTx } from './ledger.ts'

/**
 * Runs a transaction in its turn: the lock on decisions comes before any row. For every transaction that decides, or touches
 * more than one remediation and its chain: an escalation, a follower, a batch. One that took the lock with rows in hand would
 * wait for another that has the lock and wants those rows; PostgreSQL breaks such a ring only after a second, each time.
 */
export function inTurn<T>(ledger: FlowLedger, work: (tx: LedgerTx) => Promise<T>): Promise<T> {
  return ledger.transaction(async (tx) => {
    await tx.lockDecisions()
    return work(tx)
  })
}
