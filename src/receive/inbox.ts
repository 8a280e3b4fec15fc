import { randomUUIDv7 } from 'node:crypto'
import type { StoredNotification } from '../domain/alert.ts'
import { type ErrorCode, NightshiftError } from '../domain/errors.ts'
import { withinTime } from './time-limit.ts'

export type InboxOptions = {
  /** Stores rows in one statement; returns when they are on disk. Throws `ledger-unavailable` when the database is not there. */
  insert: (rows: readonly StoredNotification[]) => Promise<void>
  /** Longest time, in ms, that a sender is kept waiting; after it the answer is 503 and the sender tries again. */
  maxWaitMs?: number
  /** Most rows, and most characters of their bodies, that may wait. */
  maxRows?: number
  maxChars?: number
  /** Most rows, and most characters, of one statement; a single larger row still goes. */
  batchRows?: number
  batchChars?: number
}

export type Inbox = {
  /**
   * Stores one notification; returns its id once it is on disk.
   * @throws NightshiftError `ledger-unavailable`: not stored, too slow (it may be stored all the same), full, or stopping
   */
  store: (notification: { source: string; body: string; receivedAt: Date }) => Promise<string>
  /** Takes no more, and returns when those that wait are answered. */
  close: () => Promise<void>
}

type Waiting = { row: StoredNotification; answered: boolean; answer: (error: unknown) => void }

/**
 * Group commit: what arrives while a statement is under way goes into the next one together, so that a storm makes larger
 * statements instead of more of them.
 */
export function createInbox(options: InboxOptions): Inbox {
  const {
    insert,
    maxWaitMs = 5000,
    maxRows = 5000,
    maxChars = 64 << 20,
    batchRows = 500,
    batchChars = 4 << 20,
  } = options
  let waiting: Waiting[] = []
  let chars = 0
  let working: Promise<void> | null = null
  let closed = false

  async function work(): Promise<void> {
    while (waiting.length > 0) await commit(takeBatch())
    working = null
  }

  function takeBatch(): Waiting[] {
    let size = 0
    let count = 0
    for (const { row } of waiting) {
      size += row.body.length
      if (count > 0 && (count === batchRows || size > batchChars)) break
      count += 1
    }
    const batch = waiting.slice(0, count)
    waiting = waiting.slice(count)
    for (const { row } of batch) chars -= row.body.length
    return batch.filter((one) => !one.answered)
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return
    const rows = batch.map((one) => one.row)
    // A statement that hangs must not hold up the next one. Should it end after all, the sender's repeat is a second delivery.
    const error = await withinTime(maxWaitMs, () => insert(rows)).then(
      () => null,
      (reason: unknown) => (isCoded(reason, 'timeout') ? unavailable(reason.message) : reason),
    )
    if (error === null || batch.length === 1 || isCoded(error, 'ledger-unavailable')) {
      for (const one of batch) one.answer(error)
      return
    }
    // The database refused the statement: one of the rows is bad, and the others must not pay for it.
    for (const one of batch) if (!one.answered) await commit([one])
  }

  return {
    async store(notification) {
      if (closed) throw unavailable('stopping')
      if (waiting.length >= maxRows || chars + notification.body.length > maxChars)
        throw unavailable(`${waiting.length} notifications wait already`)
      const row = { id: randomUUIDv7(), ...notification }
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const one: Waiting = {
        row,
        answered: false,
        answer(error) {
          if (one.answered) return
          one.answered = true
          clearTimeout(timer)
          if (error === null) resolve(row.id)
          else reject(error)
        },
      }
      const timer = setTimeout(() => one.answer(unavailable(`no answer within ${maxWaitMs} ms`)), maxWaitMs)
      waiting.push(one)
      chars += row.body.length
      working ??= work()
      return promise
    },
    async close() {
      closed = true
      await working
    },
  }
}

function unavailable(why: string): NightshiftError {
  return new NightshiftError('ledger-unavailable', `the notification was not stored: ${why}`)
}

function isCoded(error: unknown, code: ErrorCode): error is NightshiftError {
  return error instanceof NightshiftError && error.code === code
}
