import { describe, expect, test } from 'vitest'
import type { Alert } from '../../src/domain/alert.ts'
import { parseNotification } from '../../src/receive/alertmanager.ts'
import { fingerprintOf } from '../../src/receive/fingerprint.ts'
import { alertBody, capturedBody, messageBody } from './bodies.ts'

type Captured = { alerts: { labels: Record<string, string>; fingerprint: string }[] }

describe('fingerprintOf', () => {
  test.each(['0.25-firing', '0.25-one-resolved'])('computes what Alertmanager itself sent (%s)', (name) => {
    const { alerts } = JSON.parse(capturedBody(name)) as Captured
    expect(alerts.map((alert) => fingerprintOf(alert.labels))).toEqual(alerts.map((alert) => alert.fingerprint))
  })

  test('does not depend on the order of the labels', () => {
    expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }))
  })

  test('tells a label from the end of the value before it', () => {
    expect(fingerprintOf({ a: 'b', c: 'd' })).not.toBe(fingerprintOf({ a: 'bc', d: '' }))
  })

  test('sorts names by their bytes, not by UTF-16: an emoji comes after U+FFFD', () => {
    const pairs = { '\ufffd': 'a', '🌙': 'b' }
    expect(fingerprintOf(pairs)).toBe(referenceOf(['\ufffd', 'a', '🌙', 'b']))
  })
})

describe('the fingerprint of a parsed alert', () => {
  const read = (fingerprint: unknown) => {
    const parsed = parseNotification(messageBody({}, [alertBody({ fingerprint })]))
    return ('notification' in parsed ? parsed.notification.alerts[0] : undefined) as Alert
  }

  test('is the sender’s where it is one, so that it survives a change of our own mind', () => {
    expect(read('00000000000000ff').fingerprint).toBe('00000000000000ff')
  })

  test.each([undefined, null, '', 42, 'xyz', '526589AEB51D4AA8', '526589aeb51d4aa8\n', 'f'.repeat(17)])(
    'is computed where the sender says %j',
    (fingerprint) => {
      const alert = read(fingerprint)
      expect(alert.fingerprint).toBe(fingerprintOf(alert.labels))
    },
  )
})

/** FNV-1a as its definition reads, in BigInt. */
function referenceOf(texts: readonly string[]): string {
  let hash = 0xcbf29ce484222325n
  for (const text of texts) {
    for (const byte of [...Buffer.from(text), 0xff])
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}
