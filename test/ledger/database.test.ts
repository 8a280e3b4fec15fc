import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let own: TestDatabase
let db: Database
let other: Database

beforeAll(async () => {
  own = await createDatabase()
  db = openDatabase(own.url, 2)
  other = openDatabase(own.url, 1)
})
afterAll(async () => {
  await db.close()
  await other.close()
  await own.drop()
})

test('a connection that breaks between two statements of a transaction fails the transaction, not the process', async () => {
  const broken = db.transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    await other.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
    // What the server said in parting is read before the next statement is sent.
    await nextTurn()
    await tx.query('select 1')
  })
  await expect(broken).rejects.toMatchObject({ code: 'ledger-unavailable' })
  expect((await db.query('select 1 as alive')).rows).toEqual([{ alive: 1 }])
})

test('a transaction that a ring was broken at may be tried again, as if the ledger had been away', async () => {
  await db.query('create table ring as select a from generate_series(1, 2) as a')
  const bothHoldOne = Promise.withResolvers<void>()
  let holding = 0
  const cross = (first: number, second: number) =>
    db.transaction(async (tx) => {
      await tx.query('update ring set a = a where a = $1', [first])
      holding += 1
      if (holding === 2) bothHoldOne.resolve()
      await bothHoldOne.promise
      await tx.query('update ring set a = a where a = $1', [second])
    })
  const ends = await Promise.allSettled([cross(1, 2), cross(2, 1)])
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ledger-unavailable' } })
})
