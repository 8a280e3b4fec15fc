import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { NightshiftError } from '../domain/errors.ts'
import type { PostgresTarget } from '../handler/targets.ts'
import { codedPostgresError, type PostgresPlace } from './postgres-errors.ts'

const STATEMENT_TIMEOUT_MS = 10_000
const LOCK_TIMEOUT_MS = 3_000
const CONNECT_TIMEOUT_MS = 5_000
/** Longer than the server's own limit, which comes first wherever the server can still speak. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000
/**
 * A client that a full server turns away holds a slot for a moment all the same, and among many of them the reserved one that
 * is ours: so a refusal is believed only when it lasts, a second in all.
 */
const SLOT_ATTEMPTS = 10
const SLOT_PAUSE_MS = 100
/** How long we wait for a server to take our goodbye before the socket is torn down. */
const GOODBYE_MS = 1_000

// Set on the connection instead of in the start-up packet, because options in the URL would win there. The name keeps our
// own sessions out of our own reach; pg_catalog alone keeps a function that somebody put into `public` out of our statements.
const SET_UP = `select set_config('application_name', 'nightshift', false), set_config('search_path', 'pg_catalog', false),
  set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', false), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', false)`

/**
 * A PostgreSQL target over one connection, made at the first statement and kept. One, and kept, because the patient refuses
 * new connections exactly when we must act: statements wait for the one that we have instead of asking for a second.
 * A statement that fails does not cost the connection; a broken connection is replaced by the next statement.
 * @param answerTimeoutMs longest wait for an answer, in ms; it fires only when the network is dead
 * @throws NightshiftError `target-misconfigured` when the URL cannot be read; the URL itself never stands in a message
 */
export function postgresTarget(name: string, url: string, answerTimeoutMs = ANSWER_TIMEOUT_MS): PostgresTarget {
  const place = placeOf(name, url)
  let kept: pg.Client | null = null
  let closed = false
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other: a second statement waits for the connection. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }

  function drop(client: pg.Client): void {
    if (kept === client) kept = null
  }

  async function connected(): Promise<pg.Client> {
    if (closed)
      throw new NightshiftError('target-unavailable', `target ${name}: the client is closed`, { target: name })
    if (kept) return kept
    for (let attempt = 1; ; attempt++) {
      try {
        kept = await connectOnce()
        return kept
      } catch (error) {
        if (!isFull(error) || attempt === SLOT_ATTEMPTS) throw error
        await pause(SLOT_PAUSE_MS)
      }
    }
  }

  async function connectOnce(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: answerTimeoutMs,
    })
    // Unhandled, this event would end the process. The statement under way, or the next, tells what happened.
    client.on('error', () => drop(client))
    client.on('end', () => drop(client))
    try {
      await client.connect()
      await client.query(SET_UP)
    } catch (error) {
      void sayGoodbye(client)
      throw error
    }
    return client
  }

  return {
    name,
    query: (text, values = []) =>
      inTurn(async () => {
        let client: pg.Client | null = null
        try {
          client = await connected()
          return (await client.query(text, [...values])).rows
        } catch (error) {
          const coded = codedPostgresError(error, place)
          if (client && !answeredBy(error)) {
            drop(client)
            void sayGoodbye(client)
          }
          throw coded
        }
      }),
    close: () =>
      inTurn(async () => {
        closed = true
        const client = kept
        kept = null
        if (client) await sayGoodbye(client)
      }),
  }
}

/** Too many connections: SQLSTATE 53300. */
function isFull(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === '53300'
}

/** True when the server itself refused the statement and the session lives on: SQLSTATE other than a shutdown. */
function answeredBy(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P|E)/.test(code)
}

/** Ends a connection; never fails and never hangs, because there is nothing left to be done about either. */
async function sayGoodbye(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}

function placeOf(name: string, url: string): PostgresPlace {
  try {
    const { host, port, database = '', user = '' } = new pg.Client({ connectionString: url })
    return { name, address: `${host}:${port}/${database}`, role: user }
  } catch {
    // The parser's error may quote the URL, password and all: it is not passed on.
    throw new NightshiftError(
      'target-misconfigured',
      `target ${name}: its url is not one that PostgreSQL clients read`,
      {
        target: name,
      },
    )
  }
}
