import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StoredNotification } from '../../src/domain/alert.ts'
import { NightshiftError } from '../../src/domain/errors.ts'
import { createInbox, type InboxOptions } from '../../src/receive/inbox.ts'

const at = new Date('2026-03-02T03:00:00Z')
const unavailable = expect.objectContaining({ code: 'ledger-unavailable' })

/** An inbox over a ledger whose statements end when the test says so. */
function inboxUnderTest(options: Partial<InboxOptions> = {}) {
  const statements: {
    bodies: string[]
    rows: readonly StoredNotification[]
    end: () => void
    fail: (error: unknown) => void
  }[] = []
  const inbox = createInbox({
    insert: (rows) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      statements.push({ bodies: rows.map((row) => row.body), rows, end: resolve, fail: reject })
      return promise
    },
    ...options,
  })
  const store = (body: string) => inbox.store({ source: 'alertmanager', body, receivedAt: at })
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  return { inbox, store, statements, settled, bodies: () => statements.map((statement) => statement.bodies) }
}

describe('the inbox', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('answers with the id of the row, once the statement is through and not before', async () => {
    const { store, statements, settled } = inboxUnderTest()
    const answered = vi.fn()
    const id = store('a')
    id.then(answered)
    await settled()
    expect(answered).not.toHaveBeenCalled()
    statements[0]?.end()
    expect(await id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(statements[0]?.rows).toEqual([{ id: await id, source: 'alertmanager', body: 'a', receivedAt: at }])
  })

  test('puts what arrives during a statement into the next one together', async () => {
    const { store, statements, settled, bodies } = inboxUnderTest()
    const all = [store('a'), store('b'), store('c')]
    expect(bodies()).toEqual([['a']])
    statements[0]?.end()
    await settled()
    expect(bodies()).toEqual([['a'], ['b', 'c']])
    statements[1]?.end()
    expect(new Set(await Promise.all(all)).size).toBe(3)
  })

  test('starts again after it had nothing to do', async () => {
    const { store, statements, settled, bodies } = inboxUnderTest()
    const first = store('a')
    statements[0]?.end()
    await first
    await settled()
    store('b')
    await settled()
    expect(bodies()).toEqual([['a'], ['b']])
  })

  test('bounds a statement in rows and in characters, and still stores a larger row', async () => {
    const { store, statements, settled, bodies } = inboxUnderTest({ batchRows: 3, batchChars: 10 })
    for (const body of ['first', 'a', 'b', 'c', 'd', 'x'.repeat(50), 'seven..', 'four']) store(body)
    for (let n = 0; n < 6; n += 1) {
      statements[n]?.end()
      await settled()
    }
    expect(bodies()).toEqual([['first'], ['a', 'b', 'c'], ['d'], ['x'.repeat(50)], ['seven..'], ['four']])
  })

  test('lets a bad row fail alone: its neighbours are stored one by one', async () => {
    const stored: string[] = []
    const { store } = inboxUnderTest({
      insert: async (rows) => {
        if (rows.some((row) => row.body === 'bad')) throw new Error('invalid byte sequence')
        stored.push(...rows.map((row) => row.body))
      },
    })
    const results = await Promise.allSettled(['a', 'b', 'bad', 'c'].map(store))
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(stored).toEqual(['a', 'b', 'c'])
  })

  test('tells all of a batch at once when the ledger is not there, without trying one by one', async () => {
    const { store, statements, settled } = inboxUnderTest()
    const all = [store('a'), store('b'), store('c')].map((one) => expect(one).rejects.toEqual(unavailable))
    statements[0]?.fail(new NightshiftError('ledger-unavailable', 'gone'))
    await settled()
    statements[1]?.fail(new NightshiftError('ledger-unavailable', 'gone'))
    await Promise.all(all)
    expect(statements).toHaveLength(2)
  })

  test('survives an insert that throws at once', async () => {
    const { store } = inboxUnderTest({
      insert: () => {
        throw new Error('no connection object')
      },
    })
    await expect(store('a')).rejects.toThrow('no connection object')
    await expect(store('b')).rejects.toThrow('no connection object')
  })

  test('keeps nobody waiting longer than its bound, also those who wait behind a statement that hangs', async () => {
    const { store, settled, bodies } = inboxUnderTest({ maxWaitMs: 5000 })
    const first = expect(store('a')).rejects.toEqual(unavailable)
    await vi.advanceTimersByTimeAsync(4000)
    const second = expect(store('b')).rejects.toEqual(unavailable)
    await vi.advanceTimersByTimeAsync(1000)
    await first
    await settled()
    expect(bodies()).toEqual([['a'], ['b']])
    await vi.advanceTimersByTimeAsync(4000)
    await second
  })

  test('does not store what was answered while it waited: the sender repeats it anyway', async () => {
    const { store, statements, settled, bodies } = inboxUnderTest({ maxWaitMs: 5000 })
    store('a')
    const late = [store('b'), store('c')].map((one) => expect(one).rejects.toEqual(unavailable))
    statements[0]?.end()
    await vi.advanceTimersByTimeAsync(1000)
    late.push(expect(store('d')).rejects.toEqual(unavailable))
    await vi.advanceTimersByTimeAsync(2000)
    statements[1]?.fail(new Error('one of them is bad'))
    await vi.advanceTimersByTimeAsync(4000)
    await Promise.all(late)
    statements[2]?.end()
    await settled()
    expect(bodies()).toEqual([['a'], ['b', 'c'], ['b']])
  })

  test('ignores a statement that ends after its bound', async () => {
    const { store, statements, settled } = inboxUnderTest({ maxWaitMs: 5000 })
    const late = expect(store('a')).rejects.toEqual(unavailable)
    await vi.advanceTimersByTimeAsync(5000)
    await late
    statements[0]?.fail(new Error('much too late'))
    const next = store('b')
    await settled()
    statements[1]?.end()
    expect(await next).toEqual(expect.any(String))
  })

  test('says no at once when too many rows, or too many characters, wait already', async () => {
    const { store, statements, settled } = inboxUnderTest({ maxRows: 2, maxChars: 10 })
    const stored = [store('in the statement'.slice(0, 9))]
    stored.push(store('12345678'))
    await expect(store('123')).rejects.toEqual(unavailable)
    stored.push(store('12'))
    await expect(store('')).rejects.toEqual(unavailable)
    for (let n = 0; n < 2; n += 1) {
      statements[n]?.end()
      await settled()
    }
    stored.push(store('1234567890'))
    statements[2]?.end()
    expect(await Promise.all(stored)).toHaveLength(4)
  })

  test('answers those that wait before it closes, and takes no more', async () => {
    const { inbox, store, statements, settled } = inboxUnderTest()
    const all = [store('a'), store('b')]
    const closed = vi.fn()
    inbox.close().then(closed)
    await expect(store('c')).rejects.toEqual(unavailable)
    statements[0]?.end()
    await settled()
    expect(closed).not.toHaveBeenCalled()
    statements[1]?.end()
    expect(await Promise.all(all)).toHaveLength(2)
    await settled()
    expect(closed).toHaveBeenCalled()
  })
})
