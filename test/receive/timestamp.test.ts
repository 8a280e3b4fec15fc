import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isZeroTime, parseTimestamp } from '../../src/receive/timestamp.ts'

describe('parseTimestamp', () => {
  test.each([
    ['2026-03-02T03:00:00Z', '2026-03-02T03:00:00.000Z'],
    ['2026-03-02T03:00:00.123456789Z', '2026-03-02T03:00:00.123Z'],
    ['2026-03-02t03:00:00z', '2026-03-02T03:00:00.000Z'],
    ['2026-03-02T03:00:00.5+05:30', '2026-03-01T21:30:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('reads the time %s as %s', (text, iso) => {
    expect(parseTimestamp(text)?.toISOString()).toBe(iso)
  })

  test.each([
    '',
    '2026-03-02',
    '2026-03-02 03:00:00Z',
    '2026-03-02T03:00:00',
    '2026-03-02T03:00Z',
    '2026-03-02T24:00:00Z',
    '2026-03-02T03:60:00Z',
    '2026-03-02T23:59:60Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-03-00T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-03-02T03:00:00+24:00',
    '2026-03-02T03:00:00.Z',
    '+275761-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    ' 2026-03-02T03:00:00Z',
    '2026-03-02T03:00:00Z\n',
    '２０２６-03-02T03:00:00Z',
  ])('does not take %j', (text) => {
    expect(parseTimestamp(text)).toBeNull()
  })

  test('gives back every time that a four-digit year can hold', () => {
    const bounds = {
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    }
    fc.assert(fc.property(fc.date(bounds), (time) => parseTimestamp(time.toISOString())?.getTime() === time.getTime()))
  })
})

describe('isZeroTime', () => {
  test.each([
    ['0001-01-01T00:00:00Z', true],
    ['0001-01-01T05:30:00+05:30', true],
    ['0001-01-01T00:00:00.001Z', false],
    ['1970-01-01T00:00:00Z', false],
  ])('of %s is %s', (text, zero) => {
    expect(isZeroTime(parseTimestamp(text) as Date)).toBe(zero)
  })
})
