import type { History, HistoryQuestion } from '../domain/history.ts'
import * as approvals from './approvals.ts'
import { type BoundAll, bindAll } from './bind.ts'
import * as controls from './controls.ts'
import type { Database, Db } from './database.ts'
import * as entries from './entries.ts'
import * as escalations from './escalations.ts'
import { loadHistory } from './history.ts'
import * as incidents from './incidents.ts'
import * as notifications from './notifications.ts'
import * as outbox from './outbox.ts'
import * as remediations from './remediations.ts'
import * as runs from './runs.ts'
import * as silences from './silences.ts'

const statements = {
  ...approvals,
  ...controls,
  ...entries,
  ...escalations,
  ...incidents,
  ...notifications,
  ...outbox,
  ...remediations,
  ...runs,
  ...silences,
  loadHistory: (db: Db, ask: HistoryQuestion, now: Date): Promise<History> => loadHistory(db, ask, now),
}

/** All statements, bound to one connection: inside `transaction`, to that transaction. */
export type Statements = BoundAll<typeof statements>

/** The ledger: each statement on its own, or several in one transaction. */
export type Ledger = Statements & { transaction: <T>(work: (tx: Statements) => Promise<T>) => Promise<T> }

/** Binds the ledger's statements to a database. */
export function createLedger(database: Database): Ledger {
  return {
    ...bindAll(statements, database),
    transaction: (work) => database.transaction((tx) => work(bindAll(statements, tx))),
  }
}
