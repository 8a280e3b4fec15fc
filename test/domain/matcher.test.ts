import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Labels } from '../../src/domain/alert.ts'
import { isMatcher, type Matcher, matcherText, matchesAll, parseMatcher } from '../../src/domain/matcher.ts'

function read(text: string): Matcher {
  const parsed = parseMatcher(text)
  if (!isMatcher(parsed)) throw new Error(parsed.problem)
  return parsed
}

const holds = (text: string, labels: Labels) => matchesAll([read(text)], labels)

describe('parseMatcher', () => {
  it.each([
    ['alertname="X"', 'alertname', '=', 'X'],
    ['alertname=X', 'alertname', '=', 'X'],
    ['  alertname  !=  "X"  ', 'alertname', '!=', 'X'],
    ['a=~"x|y"', 'a', '=~', 'x|y'],
    ['a!~x.*', 'a', '!~', 'x.*'],
    ['a=""', 'a', '=', ''],
    ['a=', 'a', '=', ''],
    ['a="with \\"quotes\\" and \\\\"', 'a', '=', 'with "quotes" and \\'],
    ['a="two\\nlines"', 'a', '=', 'two\nlines'],
    ['a=~"web\\d+\\.example"', 'a', '=~', 'web\\d+\\.example'],
    ['job:x="1"', 'job:x', '=', '1'],
  ])('reads %s', (text, label, op, value) => {
    expect(read(text)).toMatchObject({ label, op, value })
  })

  it.each(['', '=x', 'a', 'a == "x"', 'a="x', 'a="x"y', '1a="x"', 'a-b="x"', 'a=x y', 'a<"x"'])(
    'refuses %j and says what a matcher looks like',
    (text) => {
      expect(parseMatcher(text)).toEqual({ problem: expect.stringContaining('expected label="value"') })
    },
  )

  it.each(['a=~"("', 'a=~"x)(y"', 'a=~"[z-a]"', 'a!~"*"', 'a=~"(?=x)y"'])(
    'refuses the regular expression in %s',
    (text) => {
      expect(parseMatcher(text)).toEqual({ problem: expect.stringContaining('not a regular expression') })
    },
  )

  it('reads what matcherText writes as the same matcher, whatever the value', () => {
    const op = fc.constantFrom('=', '!=')
    fc.assert(
      fc.property(op, fc.string({ unit: 'binary-ascii' }), (op, value) => {
        const text = matcherText({ label: 'a', op, value, regex: null })
        expect(parseMatcher(text)).toMatchObject({ label: 'a', op, value })
      }),
    )
  })
})

describe('matchesAll', () => {
  it.each([
    ['a="x"', { a: 'x' }, true],
    ['a="x"', { a: 'xx' }, false],
    ['a="x"', {}, false],
    ['a=""', {}, true],
    ['a!="x"', {}, true],
    ['a!="x"', { a: 'x' }, false],
    ['a=~"x"', { a: 'axa' }, false],
    ['a=~"x|y"', { a: 'y' }, true],
    ['a=~"x|y"', { a: 'xy' }, false],
    ['a=~".*"', {}, true],
    ['a=~".+"', {}, false],
    ['a!~".+"', {}, true],
    ['a=~"web\\d+"', { a: 'web12' }, true],
    ['a=~"a.b"', { a: 'a\nb' }, true],
    ['constructor=""', {}, true],
    ['toString!=""', {}, false],
  ])('%s on %j: %s', (text, labels, expected) => {
    expect(holds(text, labels)).toBe(expected)
  })

  it('matches nothing when there is no matcher: a rule must say what it is for', () => {
    expect(matchesAll([], { a: 'x' })).toBe(false)
  })

  it('agrees with a slow, obvious model', () => {
    const word = fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'A', 'constructor', '__proto__')
    const name = fc.constantFrom('one', 'two', 'three')
    const labels = fc.dictionary(name, word)
    const matcher = fc.record({
      label: name,
      op: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
      alternatives: fc.array(word, { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1, maxLength: 3 }), labels, (conditions, given) => {
        const matchers = conditions.map(({ label, op, alternatives }) =>
          read(`${label}${op}"${alternatives.join('|')}"`),
        )
        const model = conditions.every(({ label, op, alternatives }) => {
          const actual = Object.entries(given).find(([key]) => key === label)?.[1] ?? ''
          const isEqual = actual === alternatives.join('|')
          const isOneOf = alternatives.includes(actual)
          return { '=': isEqual, '!=': !isEqual, '=~': isOneOf, '!~': !isOneOf }[op]
        })
        expect(matchesAll(matchers, given)).toBe(model)
      }),
    )
  })
})
