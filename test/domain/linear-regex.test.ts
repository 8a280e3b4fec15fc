import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { linearRegex } from '../../src/domain/linear-regex.ts'

describe('linearRegex', () => {
  it.each([
    ['', '', true],
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['web\\d+\\.example', 'web12.example', true],
    ['foo\\-bar', 'foo-bar', true],
    ['[\\w-]+', 'a-b', true],
    ['(?:a|b)*', 'abba', true],
    ['(?<name>a)', 'a', true],
    ['x{2,3}', 'xxxx', false],
    ['a.b', 'a\nb', true],
    ['\\x41', 'A', true],
    ['\\\\d', '\\d', true],
    ['a*?b', 'aab', true],
  ])('%j on %j: %s', (source, text, expected) => {
    expect(linearRegex(source).test(text)).toBe(expected)
  })

  it.each([
    ['(', 'Unterminated group'],
    ['a)(b', "Unmatched ')'"],
    ['(?=a)b', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(?i)a', 'flags inside'],
    ['(a)\\1', '\\1 is not supported'],
    ['\\p{L}+', '\\p is not supported'],
    ['\\\\\\pL', '\\p is not supported'],
    ['\\A.*\\z', '\\A is not supported'],
    ['x{5000}', 'linear time'],
  ])('refuses %j: %s', (source, reason) => {
    expect(() => linearRegex(source)).toThrow(SyntaxError)
    expect(() => linearRegex(source)).toThrow(reason)
  })

  it.each(['(a+)+b', '(a|a)*b', '(a*)*b', '.*a.*a.*a.*b', '(\\w+\\s?)*!'])(
    'answers for %s on a label of 10 kB made to keep it busy',
    async (source) => {
      const module = new URL('../../src/domain/linear-regex.ts', import.meta.url).href
      const script = `import { linearRegex } from ${JSON.stringify(module)}
        console.log(linearRegex(${JSON.stringify(source)}).test('a'.repeat(10_000) + '?'))`

      // In a process of its own, which is ended from outside: nothing else can stop an expression at work.
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        timeout: 20_000,
      })

      expect(stdout).toBe('false\n')
    },
    30_000,
  )
})
