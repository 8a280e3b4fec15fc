import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../src/domain/duration.ts'
import { loadHandlers } from '../../src/handler/registry.ts'

const registry = await loadHandlers(['handlers'])
const LONGEST_MS = 10 * 60_000

describe('every handler', () => {
  test('is found', () => {
    expect(registry.size).toBeGreaterThan(3)
  })

  describe.each([...registry])('%s', (id, handler) => {
    test('is called verb-noun or noun-by-something, below the kind of its target', () => {
      expect(id).toMatch(/^[a-z]+\/[a-z]+(-[a-z]+)+$/)
      expect(id.split('/')[0]).toBe(handler.target)
    })

    test('has a test of the same path', () => {
      expect(existsSync(`test/handlers/${id}.test.ts`)).toBe(true)
    })

    test('has a one-line summary and a doc sentence above its definition', () => {
      expect(handler.summary).toMatch(/^[A-Z][^\n.]{10,120}$/)
      expect(readFileSync(`handlers/${id}.ts`, 'utf8')).toMatch(/\/\*\*\s+\*?\s*[A-Z][\s\S]*?\.\s*\*\/\nexport default/)
    })

    test('refuses parameters that it does not know', () => {
      const refused = handler.params.safeParse({ noSuchParameter: 1 })
      expect(refused.error?.issues.map(({ code }) => code)).toContain('unrecognized_keys')
    })

    test('has a time limit of at most ten minutes', () => {
      expect(parseDuration(handler.timeout)).toBeGreaterThan(0)
      expect(parseDuration(handler.timeout)).toBeLessThanOrEqual(LONGEST_MS)
    })

    test('imports nothing but nightshift', () => {
      const imports = [...readFileSync(`handlers/${id}.ts`, 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from)
      expect(new Set(imports)).toEqual(new Set(['nightshift']))
    })
  })
})
