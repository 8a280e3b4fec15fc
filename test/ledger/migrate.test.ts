import { readdir } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { assertMigrated, migrate } from '../../src/ledger/migrate.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

const opened: { database: TestDatabase; db: Database }[] = []
async function open(): Promise<Database> {
  const database = await createDatabase()
  const db = openDatabase(database.url)
  opened.push({ database, db })
  return db
}
afterEach(async () => {
  for (const { database, db } of opened.splice(0)) {
    await db.close()
    await database.drop()
  }
})

it('applies each migration once when eight processes start together', async () => {
  const db = await open()
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(db)))
  const files = await readdir(new URL('../../src/ledger/migrations/', import.meta.url))
  expect(files).toContain('0002_slack.sql')
  expect(applied.flat()).toEqual(files.sort())
  await assertMigrated(db)
})

it('names what is missing, and the command that helps', async () => {
  const db = await open()
  await expect(assertMigrated(db)).rejects.toMatchObject({
    code: 'migration-missing',
    message: expect.stringContaining('npx nightshift migrate'),
  })
})

it('says that the ledger is unavailable when nobody listens, and leaves wrong statements as they are', async () => {
  const away = openDatabase('postgres://nobody@127.0.0.1:1/none')
  await expect(away.query('select 1')).rejects.toMatchObject({ code: 'ledger-unavailable' })
  await away.close()
  const db = await open()
  await expect(db.query('select nonsense')).rejects.toMatchObject({ code: '42703' })
})
