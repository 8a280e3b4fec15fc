import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCommands } from '../../../src/app/commands.ts'
import { createReads } from '../../../src/app/reads.ts'
import { silentLog } from '../../../src/domain/log.ts'
import type { PolicySet } from '../../../src/domain/policy.ts'
import { createInvoker } from '../../../src/handler/invoke.ts'
import { type Database, openDatabase } from '../../../src/ledger/database.ts'
import { createLedger } from '../../../src/ledger/ledger.ts'
import { migrate } from '../../../src/ledger/migrate.ts'
import { createDatabase, type TestDatabase } from '../../support/postgres.ts'
import { receiverUnderTest } from '../receiver-under-test.ts'

const now = () => new Date('2026-03-02T03:00:00Z')
const NO_POLICIES: PolicySet = {
  policies: [],
  hash: 'none',
  severity: {
    people: {},
    groups: {},
    unmatched: 'P3',
    rows: {} as PolicySet['severity']['rows'],
    systems: {},
    channels: {},
  },
}

/** Texts that break what does not expect them: quotes, ends of lines, NUL, halves of pairs, very long ones. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\0',
    'a\0b',
    '\ud800',
    "'; drop table incident; --",
    '../..',
    '%',
    '%00',
    'x'.repeat(5000),
    '٣',
    '1e9',
    '-1',
    '',
  ),
)
const value = fc.oneof(nasty, fc.jsonValue(), fc.integer(), fc.boolean(), fc.constant(null))

/** Mostly what a command wants, with something nasty in one place. */
const body = fc
  .tuple(
    fc.record({ by: fc.constant('ada') }),
    fc.dictionary(
      fc.constantFrom('by', 'reason', 'digest', 'on', 'handler', 'target', 'params', 'dryRun', 'more'),
      value,
      {
        maxKeys: 4,
      },
    ),
  )
  .map(([usual, odd]) => JSON.stringify({ ...usual, ...odd }))
const plainBody = fc.constant(JSON.stringify({ by: 'ada' }))

const id = fc.oneof(
  { arbitrary: fc.constantFrom('1', '7', '999999999999999'), weight: 3 },
  { arbitrary: nasty, weight: 1 },
)
const command = fc
  .tuple(
    fc.constantFrom(
      'incidents/ID/acknowledge',
      'incidents/ID/resolve',
      'remediations/ID/approve',
      'remediations/ID/deny',
      'remediations/ID/cancel',
      'breakers/ID/reset',
      'runs',
      'kill-switch',
    ),
    id,
    fc.oneof({ arbitrary: body, weight: 4 }, { arbitrary: plainBody, weight: 4 }, fc.json(), nasty),
  )
  .map(([path, made, text]) => ({ method: 'POST', path: path.replace('ID', () => pathPart(made)), body: text }))

const query = fc.dictionary(
  fc.constantFrom('system', 'state', 'severity', 'since', 'until', 'limit', 'cursor', 'more'),
  fc.oneof(nasty, fc.constantFrom('open', 'queued', 'P1', '2026-03-02T03:00:00Z', '0000-01-01T00:00:00Z', '5', 'OTk5')),
  { maxKeys: 3 },
)
const read = fc
  .tuple(
    fc.constantFrom('incidents', 'remediations', 'approvals', 'incidents/ID', 'remediations/ID', 'breakers'),
    id,
    query,
  )
  .map(([path, made, asked]) => {
    const parameters = Object.entries(asked).map(([name, text]) => `${name}=${pathPart(text)}`)
    return {
      method: 'GET',
      path: `${path.replace('ID', () => pathPart(made))}?${parameters.join('&')}`,
      body: undefined,
    }
  })

/** As encodeURIComponent does, and a broken escape for half a surrogate pair. */
function pathPart(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

describe('the API over a real ledger', () => {
  let place: TestDatabase
  let database: Database

  beforeAll(async () => {
    place = await createDatabase()
    database = openDatabase(place.url)
    await migrate(database)
  })
  afterAll(async () => {
    await database.close()
    await place.drop()
  })

  test('answers whatever it is asked with something below 500, in the shape of a problem when it refuses', async () => {
    const registry = new Map()
    const invoker = createInvoker({
      registry,
      openTarget: () => {
        throw new Error('no target is registered')
      },
      log: silentLog,
      now,
    })
    const deps = { ledger: createLedger(database), policies: () => NO_POLICIES, shadow: false, now }
    const { app, lines } = receiverUnderTest({
      api: {
        token: null,
        loopbackOnly: true,
        reads: createReads(database, () => NO_POLICIES, registry, now),
        commands: createCommands(deps, invoker, () => {}),
      },
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(command, read), async ({ method, path, body: text }) => {
        const headers = { 'content-type': 'application/json' }
        const response = await app.request(
          `/api/v1/${path}`,
          text === undefined ? { method } : { method, headers, body: text },
        )
        const answer = (await response.json()) as { error?: { code: string; message: string } }
        expect(response.status, JSON.stringify(answer)).toBeLessThan(500)
        if (response.status >= 400)
          expect(answer).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
      }),
      { numRuns: 1500 },
    )
    expect(lines).toEqual([])
  })
})
