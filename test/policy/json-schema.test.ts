import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { policySchema } from '../../src/policy/json-schema.ts'
import { checkSources } from '../../src/policy/load.ts'
import type { JsonSchema } from '../../src/policy/shape.ts'
import { openSource } from '../../src/policy/source.ts'
import { catalogue } from './catalogue.ts'

const FIXTURES = new URL('./fixtures/', import.meta.url)
const POLICIES = new URL('../../policies/', import.meta.url)
const read = (name: string, folder = FIXTURES) => readFile(new URL(name, folder), 'utf8')
const judge = (kind: 'policy' | 'severity') => z.fromJSONSchema(policySchema(kind) as z.core.JSONSchema.JSONSchema)

/** Faults that an editor can see without knowing handlers, people or other rules. */
const SEEN_BY_EDITORS = [
  'unknown-key.bad.yaml',
  'missing-keys.bad.yaml',
  'wrong-types.bad.yaml',
  'empty-lists.bad.yaml',
  'bad-names.bad.yaml',
  'bad-limits.bad.yaml',
  'unknown-severity.bad.yaml',
  'unknown-mode.bad.yaml',
  'target-without-kind.bad.yaml',
]

describe('the JSON Schema for editors', () => {
  it.each(['policy', 'severity'] as const)('accepts the good %s', async (kind) => {
    expect(judge(kind).safeParse(parse(await read(`${kind}.yaml`))).error).toBeUndefined()
  })

  it.each(SEEN_BY_EDITORS)('refuses %s', async (name) => {
    expect(judge('policy').safeParse(parse(await read(name))).success).toBe(false)
  })

  it('refuses a matrix with a missing row', async () => {
    expect(judge('severity').safeParse(parse(await read('missing-row.severity.bad.yaml'))).success).toBe(false)
  })

  it.each(['policy', 'severity'] as const)('of %s is the one that lies beside the policies', async (kind) => {
    expect(JSON.parse(await read(`${kind}.schema.json`, POLICIES))).toEqual(policySchema(kind))
  })

  it('is named in the first line of every file of policies/', async () => {
    const files = (await readdir(POLICIES)).filter((name) => name.endsWith('.yaml'))

    expect(files).toContain('fluxbase.yaml')
    for (const name of files) {
      const kind = name === 'severity.yaml' ? 'severity' : 'policy'
      expect(await read(name, POLICIES)).toMatch(
        new RegExp(`^# yaml-language-server: \\$schema=${kind}\\.schema\\.json\n`),
      )
    }
  })
})

/** All keys below a schema, as `rules[].steps[].do`. */
function keysOf({ properties = {}, items }: JsonSchema, prefix = ''): string[] {
  const below = Object.entries(properties as Record<string, JsonSchema>).flatMap(([name, schema]) => [
    `${prefix}${name}`,
    ...keysOf(schema, `${prefix}${name}.`),
  ])
  return items === undefined ? below : [...below, ...keysOf(items as JsonSchema, `${prefix.slice(0, -1)}[].`)]
}

describe('every key that the parser accepts', () => {
  /** One word that is surely no key, put beside each key in turn, makes the parser list what it accepts there. */
  const expectedAt = (text: string) => {
    const { problems } = checkSources('', [openSource('shop.yaml', Buffer.from(text))], catalogue)
    const list = problems.map(({ message }) => /unknown key "zzzzzzzzzzzz"; expected (.*)$/.exec(message)?.[1])
    return list.find((names) => names !== undefined)?.split(', ')
  }

  it.each([
    ['', 'zzzzzzzzzzzz: 1'],
    ['defaults.', 'defaults: { zzzzzzzzzzzz: 1 }'],
    ['defaults.verify.', 'defaults: { verify: { zzzzzzzzzzzz: 1 } }'],
    ['rules[].', 'rules: [{ zzzzzzzzzzzz: 1 }]'],
    ['rules[].limits.', 'rules: [{ limits: { zzzzzzzzzzzz: 1 } }]'],
    ['rules[].steps[].', 'rules: [{ steps: [{ zzzzzzzzzzzz: 1 }] }]'],
    ['rules[].steps[].verify.', 'rules: [{ steps: [{ verify: { zzzzzzzzzzzz: 1 } }] }]'],
  ])('at "%s" is in the schema, and no other', (prefix, text) => {
    const inSchema = keysOf(policySchema('policy'))
      .filter((key) => key.startsWith(prefix) && !/[.[]/.test(key.slice(prefix.length)))
      .map((key) => key.slice(prefix.length))

    expect(expectedAt(text)).toEqual(inSchema)
  })
})
