import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { NightshiftError } from '../../src/domain/errors.ts'
import type { Policy, TargetSpec } from '../../src/domain/policy.ts'
import { openTargets } from '../../src/targets/open.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

type Settings = TargetSpec['settings']

function policy(targets: Record<string, { kind: string } & Settings>, system = 'fluxbase'): Policy {
  const specs = Object.entries(targets).map(([name, { kind, ...settings }]) => [name, { name, kind, settings }])
  return { system, owner: 'team', file: '', hash: '', targets: Object.fromEntries(specs), rules: [] }
}

/** How a policy refers to a variable of the environment. */
const fromEnv = (name: string) => `\${env:${name}}`

const DB = { db: { kind: 'postgres', url: fromEnv('FLUXBASE_DATABASE_URL') } }

function open(policies: Policy[], env: Record<string, string> = {}) {
  const targets = openTargets(policies, env)
  onTestFinished(() => targets.close())
  return targets
}

describe('the registered targets', () => {
  test('a target is reached with the URL that the environment holds', async () => {
    const targets = open([policy(DB)], { FLUXBASE_DATABASE_URL: database.url })
    expect(await targets.client('fluxbase', 'db', 'postgres').query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('the same target is the same client, the same name in another system is another', () => {
    const env = { FLUXBASE_DATABASE_URL: database.url }
    const targets = open([policy(DB), policy(DB, 'rustchat')], env)
    const client = targets.client('fluxbase', 'db', 'postgres')
    expect(targets.client('fluxbase', 'db', 'postgres')).toBe(client)
    expect(targets.client('rustchat', 'db', 'postgres')).not.toBe(client)
  })

  test.each([
    ['no such target', 'other', DB, 'unknown-target', 'other is not a registered target of fluxbase'],
    [
      'a name out of JavaScript',
      'constructor',
      DB,
      'unknown-target',
      'constructor is not a registered target of fluxbase',
    ],
    [
      'a missing variable',
      'db',
      DB,
      'target-misconfigured',
      'target db: url: the environment variable FLUXBASE_DATABASE_URL is not set',
    ],
    [
      'a variable inside a longer text',
      'db',
      { db: { kind: 'postgres', url: `postgres://app:${fromEnv('PASSWORD')}@h/d` } },
      'target-misconfigured',
      `target db: url: expected all of it to be ${fromEnv('NAME')}`,
    ],
    [
      'another kind than asked for',
      'db',
      { db: { kind: 'prometheus', url: 'http://h' } },
      'target-misconfigured',
      'target db: is of kind prometheus, not postgres',
    ],
    [
      'no setting',
      'db',
      { db: { kind: 'postgres' } },
      'target-misconfigured',
      'target db: url: Invalid input: expected string, received undefined',
    ],
    [
      'a setting that it does not know',
      'db',
      { db: { kind: 'postgres', url: 'postgres://h/d', pool: 5 } },
      'target-misconfigured',
      'target db: settings: Unrecognized key: "pool"',
    ],
    [
      'a URL of something else',
      'db',
      { db: { kind: 'postgres', url: 'mysql://app:hunter2@h/d' } },
      'target-misconfigured',
      'target db: url: not a postgres:// URL',
    ],
  ])('%s is refused in one sentence without a secret', (_, name, targets, code, message) => {
    expect(() => open([policy(targets as never)]).client('fluxbase', name, 'postgres')).toThrow(
      expect.objectContaining({ code, message }),
    )
  })

  test('a kind without a client is refused, naming the kinds that there are', () => {
    const targets = open([policy({ box: { kind: 'mainframe', url: 'x' } })])
    expect(() => targets.client('fluxbase', 'box', 'mainframe' as never)).toThrow(
      'target box: kind mainframe is not one of postgres, prometheus',
    )
  })

  test('a missing variable of one target does not trouble another', () => {
    const targets = open([policy({ ...DB, metrics: { kind: 'prometheus', url: 'http://127.0.0.1:1' } })])
    expect(targets.client('fluxbase', 'metrics', 'prometheus').name).toBe('metrics')
  })

  test('warming reports each database that cannot be reached, and the others are warm', async () => {
    const reports: [string, NightshiftError | null][] = []
    const targets = open(
      [
        policy({
          ...DB,
          gone: { kind: 'postgres', url: 'postgres://h@127.0.0.1:1/d' },
          unset: { kind: 'postgres', url: fromEnv('NONE') },
        }),
      ],
      { FLUXBASE_DATABASE_URL: database.url },
    )
    await targets.warm((target, problem) => reports.push([target, problem]))
    await targets.warm((target, problem) => reports.push([target, problem]))
    expect(reports.map(([target, problem]) => [target, problem?.code]).sort()).toEqual([
      ['fluxbase/gone', 'target-unavailable'],
      ['fluxbase/unset', 'target-misconfigured'],
      ['fluxbase/unset', 'target-misconfigured'],
    ])
    expect(await targets.client('fluxbase', 'db', 'postgres').query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a reload keeps the connections of what did not change and closes the others', async () => {
    const env = { FLUXBASE_DATABASE_URL: database.url, OTHER_URL: database.url }
    const other = { other: { kind: 'postgres', url: fromEnv('OTHER_URL') } }
    const targets = open([policy({ ...DB, ...other })], env)
    const kept = targets.client('fluxbase', 'db', 'postgres')
    const dropped = targets.client('fluxbase', 'other', 'postgres')
    await targets.replace([policy(DB)])
    expect(targets.client('fluxbase', 'db', 'postgres')).toBe(kept)
    await expect(dropped.query('select 1')).rejects.toMatchObject({ code: 'target-unavailable' })
    expect(() => targets.client('fluxbase', 'other', 'postgres')).toThrow('not a registered target')
  })

  test('closing closes every client', async () => {
    const targets = openTargets([policy(DB)], { FLUXBASE_DATABASE_URL: database.url })
    const client = targets.client('fluxbase', 'db', 'postgres')
    await client.query('select 1')
    await targets.close()
    await expect(client.query('select 1')).rejects.toThrow('the client is closed')
  })
})
