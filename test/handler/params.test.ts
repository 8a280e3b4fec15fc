import { describe, expect, test } from 'vitest'
import { duration } from '../../src/handler/params.ts'
import { applicationNames, roleNames } from '../../src/handler/postgres/session-params.ts'

describe('a duration parameter', () => {
  test.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
  ])('%s is given to the handler in milliseconds', (text, ms) => {
    expect(duration().parse(text)).toBe(ms)
  })

  test.each(['', '5', '5 m', '-5m', '1.5h', 'PT5M', '5m; drop table t', '1y'])('%j is none', (text) => {
    expect(duration().safeParse(text).error?.issues[0]?.message).toContain('not a duration')
  })

  test('a number is none, though it is one in YAML', () => {
    expect(duration().safeParse(300).success).toBe(false)
  })

  test('the bounds themselves are allowed, beyond them is refused with the bound named', () => {
    const bounded = duration({ min: '10s', max: '1h' })
    expect(bounded.parse('10s')).toBe(10_000)
    expect(bounded.parse('1h')).toBe(3_600_000)
    expect(bounded.safeParse('9s').error?.issues[0]?.message).toBe('9s is shorter than 10s')
    expect(bounded.safeParse('61m').error?.issues[0]?.message).toBe('61m is longer than 1h')
  })
})

describe('lists of names', () => {
  test.each([roleNames, applicationNames])(
    'hold one name or more, none of them empty or longer than PostgreSQL allows',
    (list) => {
      expect(list.safeParse(['app']).success).toBe(true)
      for (const wrong of [[], [''], ['x'.repeat(64)], 'app', [1], Array(51).fill('app')])
        expect(list.safeParse(wrong).success).toBe(false)
    },
  )
})
