import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { policySchema } from '../../src/policy/json-schema.ts'
import { checkSources } from '../../src/policy/load.ts'
import type { JsonSchema } from '../../src/policy/shape.ts'
import { openSource } from '../../src/policy/source.ts'
import { registry } from './shipped.ts'

const guide = await readFile(new URL('../../docs/policies.md', import.meta.url), 'utf8')

function namesIn({ properties, items }: JsonSchema): string[] {
  const below = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
  return [
    ...below.flatMap(([name, schema]) => [name, ...namesIn(schema)]),
    ...(items ? namesIn(items as JsonSchema) : []),
  ]
}

describe('docs/policies.md', () => {
  it('shows files that are right', () => {
    const blocks = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => Buffer.from(text as string))
    expect(blocks).toHaveLength(2)
    const [policy, severity] = blocks as [Buffer, Buffer]

    const sources = [openSource('fluxbase.yaml', policy), openSource('severity.yaml', severity)]
    expect(checkSources('', sources, registry).problems).toEqual([])
  })

  it('explains every key that the parser accepts', () => {
    const severities = new Set(['P1', 'P2', 'P3', 'P4', 'SEC'])
    const keys = [...namesIn(policySchema('policy')), ...namesIn(policySchema('severity'))].filter(
      (key) => !severities.has(key),
    )

    expect(keys.filter((key) => !new RegExp(`\`[^\`]*\\b${key}\\b[^\`]*\``).test(guide))).toEqual([])
  })
})
