import pg from 'pg'
import { NightshiftError, sentence } from '../domain/errors.ts'

/** Something that runs statements: the pool, or one transaction. */
export type Db = {
  query: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<pg.QueryResult<Row>>
}

/** The ledger's database: statements and transactions, with coded errors. */
export type Database = Db & {
  /** Runs `work` in one transaction; rolls back when it throws. */
  transaction: <T>(work: (tx: Db) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

// Identity numbers and counts fit a double for longer than the service will live; strings would only invite mistakes. For
// this pool only: the queue and the targets have their own expectations.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * Opens the ledger's database.
 * Statements throw NightshiftError `ledger-unavailable` when the server cannot be reached, so that callers can tell a
 * missing database from a wrong statement.
 * @param maxConnections size of the pool
 */
export function openDatabase(url: string, maxConnections = 10): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    application_name: 'nightshift',
    connectionTimeoutMillis: 3000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types,
  })
  // An idle connection that breaks is replaced by the next statement; unhandled, the event would end the process.
  pool.on('error', () => {})
  // The pool does not listen while a connection is lent out: one that breaks between two statements of a transaction would
  // end the process too. The next statement on it says what happened.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    query: (text, values) => guarded(() => pool.query(text, values)),
    transaction: async (work) => {
      const client = await guarded(() => pool.connect())
      let broken: Error | undefined
      try {
        await guarded(() => client.query('begin'))
        const result = await work({ query: (text, values) => guarded(() => client.query(text, values)) })
        await guarded(() => client.query('commit'))
        return result
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    close: () => pool.end(),
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isUnavailable(error)
      ? new NightshiftError('ledger-unavailable', `the ledger's database: ${sentence(error)}`, {}, error)
      : error
  }
}

/**
 * Connection failures and SQLSTATE classes 08 (connection), 40 (deadlock, serialization: done again it succeeds), 53
 * (resources), 57P (shutdown), 25006 (read-only standby).
 */
function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') return /^(08|40|53|57P)/.test(code) || code === '25006' || /^E[A-Z]+$/.test(code)
  return /timeout|terminated|Connection ended|not queryable|Cannot use a pool/i.test(error.message)
}
