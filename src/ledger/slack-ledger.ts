import { type BoundAll, bindAll } from './bind.ts'
import type { Database } from './database.ts'
import * as batches from './slack-batches.ts'
import * as messages from './slack-messages.ts'
import { firstSeen } from './slack-requests.ts'
import * as stories from './slack-stories.ts'
import * as turns from './slack-turns.ts'

const statements = { ...batches, ...messages, ...stories, ...turns, firstSeen }

/** What is kept about Slack, bound to one connection. */
export type SlackStatements = BoundAll<typeof statements>
export type SlackLedger = SlackStatements & {
  transaction: <T>(work: (tx: SlackStatements) => Promise<T>) => Promise<T>
}

/** Binds what is kept about Slack to the ledger's database. */
export function createSlackLedger(database: Database): SlackLedger {
  return {
    ...bindAll(statements, database),
    transaction: (work) => database.transaction((tx) => work(bindAll(statements, tx))),
  }
}
