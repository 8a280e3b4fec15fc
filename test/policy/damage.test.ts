import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSources } from '../../src/policy/load.ts'
import { openSource } from '../../src/policy/source.ts'
import { catalogue } from './catalogue.ts'

const read = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const good = { policy: await read('policy.yaml'), severity: await read('severity.yaml') }

const damage = fc.record({
  file: fc.constantFrom('policy' as const, 'severity' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat({ max: 30 }),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\t',
      '\n',
      ': ',
      '- ',
      '#',
      '&a ',
      '*a',
      '!t ',
      '{{ labels.x }}',
      '\0',
      '~',
      '1',
    ),
    fc.string({ maxLength: 10 }),
  ),
})

describe('a damaged file', { timeout: 30_000 }, () => {
  it('gives problems at places that are in it, or a complete set, and never an exception', () => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (hits) => {
        const files = { ...good }
        for (const { file, at, cut, insert } of hits) {
          const text = files[file]
          const start = Math.floor(at * text.length)
          files[file] = text.slice(0, start) + insert + text.slice(start + cut)
        }
        const sources = [
          openSource('shop.yaml', Buffer.from(files.policy)),
          openSource('severity.yaml', Buffer.from(files.severity)),
        ]

        const { set, problems } = checkSources('', sources, catalogue)

        expect(set === null).toBe(problems.length > 0)
        for (const { file, line, column, message } of problems) {
          const lines = (file === 'shop.yaml' ? files.policy : files.severity).split('\n')
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
          expect(message).not.toMatch(/undefined|\[object|NaN/)
        }
      }),
      { numRuns: 500 },
    )
  })
})
