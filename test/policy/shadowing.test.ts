import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMatcher, type Matcher, matchesAll, parseMatcher } from '../../src/domain/matcher.ts'
import { covers } from '../../src/policy/shadowing.ts'

const read = (...texts: string[]): Matcher[] => texts.map(parseMatcher).filter(isMatcher)

describe('covers', () => {
  it.each<[string[], string[], boolean]>([
    [['a="x"'], ['a="x"'], true],
    [['a="x"'], ['a="x"', 'b="y"'], true],
    [['a="x"', 'b="y"'], ['a="x"'], false],
    [['a=~"x|y"'], ['a="y"'], true],
    [['a=~"x|y"'], ['a="z"'], false],
    [['a=~"x.*"'], ['a="xyz"'], true],
    [['a=~"x|y|z"'], ['a=~"z|x"'], true],
    [['a=~"x|y"'], ['a=~"y|z"'], false],
    [['a!="x"'], ['a="y"'], true],
    [['a!~"x.*"'], ['a="y"'], true],
    [['a!~"x.*"'], ['a=~"y|xz"'], false],
    [['a=~".*"'], ['b="x"'], false],
    [['a=~"x.*"'], ['a=~"x.*"'], true],
    [['a=~"x.*"'], ['a=~"xy.*"'], false],
  ])('%j covers %j: %s', (wide, narrow, expected) => {
    expect(covers(read(...wide), read(...narrow))).toBe(expected)
  })

  it('is sound: whatever labels satisfy the narrow matchers satisfy the wide ones', () => {
    const matcher = fc
      .record({
        label: fc.constantFrom('a', 'b'),
        op: fc.constantFrom('=', '!=', '=~', '!~'),
        value: fc.constantFrom('', 'x', 'y', 'x|y', 'x|', 'x.*', '.+', 'xx'),
      })
      .map(({ label, op, value }) => read(`${label}${op}"${value}"`)[0] as Matcher)
    const values = ['', 'x', 'y', 'xx', 'xy', 'x|y', 'z']
    const everyLabels = values.flatMap((a) => values.map((b) => ({ a, b })))
    let covered = 0
    fc.assert(
      fc.property(
        fc.array(matcher, { minLength: 1, maxLength: 2 }),
        fc.array(matcher, { maxLength: 3 }),
        (wide, narrow) => {
          if (!covers(wide, narrow)) return
          covered += 1
          for (const labels of everyLabels.filter((given) => matchesAll(narrow, given)))
            expect(matchesAll(wide, labels)).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
    expect(covered).toBeGreaterThan(100)
  })
})
