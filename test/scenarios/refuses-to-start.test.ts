import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { POLICIES } from './service.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let database: TestDatabase
let folder: string

beforeEach(async () => {
  database = await createDatabase()
  folder = await mkdtemp(join(tmpdir(), 'nightshift-start-'))
  await cp(POLICIES, folder, { recursive: true })
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

/** Starts the service as a person would; returns its exit code and what it said on standard error. */
async function serve(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const full = {
    PATH: process.env.PATH,
    HOME: folder,
    PORT: '0',
    NIGHTSHIFT_POLICIES: folder,
    DATABASE_URL: database.url,
    ...env,
  }
  const child = spawn(process.execPath, [MAIN, 'serve'], { cwd: folder, env: full })
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const said = await text(child.stderr)
  return { code: await code, said }
}

async function prepared(): Promise<void> {
  const db = openDatabase(database.url, 1)
  await migrate(db)
  await db.close()
}

it('says which port is in use', async () => {
  await prepared()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, said } = await serve({ PORT: String(port) })
  other.close()
  expect({ code, said }).toEqual({ code: 1, said: `127.0.0.1:${port} is in use; set PORT to another\n` })
})

it('says that the database cannot be reached', async () => {
  const { code, said } = await serve({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' })
  expect(code).toBe(1)
  expect(said).toMatch(/^the ledger's database: .*ECONNREFUSED.*\n$/)
  expect(said).not.toContain('secret')
})

it('says which migration is missing, and how to apply it', async () => {
  const { code, said } = await serve({})
  expect(code).toBe(1)
  expect(said).toMatch(/^the database lacks 0001_ledger\.sql(, \d{4}_\w+\.sql)*; run: npx nightshift migrate\n$/)
})

it('says every problem of the policies, with its place', async () => {
  await prepared()
  await writeFile(join(folder, 'shop.yaml'), 'system: shop\nowner: x\nrules:\n  - name: a\n    do: b\n')
  const { code, said } = await serve({})
  expect(code).toBe(1)
  expect(said).toMatch(/shop\.yaml:\d+:\d+: /)
})

it('says every problem of the environment at once', async () => {
  const { code, said } = await serve({ PORT: 'eighty', NIGHTSHIFT_MODE: 'alive', NIGHTSHIFT_POLCIES: 'x' })
  expect(code).toBe(1)
  for (const name of ['PORT', 'NIGHTSHIFT_MODE', 'NIGHTSHIFT_POLCIES']) expect(said).toContain(name)
})
