import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNotification } from '../../src/receive/alertmanager.ts'
import { AlertmanagerMessageSchema } from '../../src/receive/webhook-schema.ts'
import { alertBody, messageBody } from './bodies.ts'
import { receiverUnderTest } from './receiver-under-test.ts'

/** Written into every text that is made up below; it must not come back. */
const MARK = 'hunter2'
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    MARK,
    '',
    null,
    0,
    -1,
    [],
    {},
    '4',
    'firing',
    'resolved',
    '0001-01-01T00:00:00Z',
    '2026-02-30T03:00:00Z',
    '2026-03-02T03:00Z',
    '2026-03-02T03:00:00Z',
  ),
  fc.string({ unit: 'binary' }).map((text) => `${MARK}${text}`),
  fc.dictionary(
    fc.string({ unit: 'binary' }).map((text) => `${text} ${MARK}`),
    fc.oneof(fc.string(), fc.integer()),
    { maxKeys: 3 },
  ),
)

const ALERT_FIELDS = ['status', 'labels', 'annotations', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint', 'unknown']
const MESSAGE_FIELDS = [
  'version',
  'alerts',
  'status',
  'groupKey',
  'receiver',
  'truncatedAlerts',
  'notification_reason',
  'externalURL',
  'routeLabels',
]

/** Right in most fields, anything at all in some: gets past the first checks more often than pure noise. */
const changes = (fields: readonly string[]) => fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 2 })
const message = fc
  .record({ message: changes(MESSAGE_FIELDS), alerts: fc.array(changes(ALERT_FIELDS), { maxLength: 3 }) })
  .map((made) => messageBody(made.message, made.message.alerts ?? made.alerts.map(alertBody)))

const body = fc.oneof(
  { arbitrary: message, weight: 4 },
  {
    arbitrary: fc.tuple(message, fc.nat(), fc.nat()).map(([text, from, length]) => cut(text, from, length)),
    weight: 2,
  },
  fc.json(),
  fc.string({ unit: 'binary' }),
)

/** Takes a piece out of the middle. */
function cut(text: string, from: number, length: number): string {
  const begin = from % (text.length + 1)
  return text.slice(0, begin) + text.slice(begin + (length % 20))
}

describe('whatever the body', () => {
  test('the answer is 202 or 400, and a refusal repeats nothing of it', async () => {
    const { post, lines } = receiverUnderTest()
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, fc.uint8Array()), async (made) => {
        const response = await post(made as string)
        const text = await response.text()
        expect([202, 400]).toContain(response.status)
        expect(text).not.toContain(MARK)
        expect(text).toMatch(response.status === 202 ? /^\{"notification":/ : /^\{"error":/)
      }),
      { numRuns: 1500 },
    )
    expect(lines).toEqual([])
  })

  test('what is read can be stored by PostgreSQL: text without NUL and lone surrogates, and real dates', () => {
    fc.assert(
      fc.property(body, (text) => {
        const parsed = parseNotification(text)
        if ('problem' in parsed) return
        const { alerts, ...rest } = parsed.notification
        const texts = [rest, ...alerts].flatMap(textsIn)
        expect(texts.filter((one) => !one.isWellFormed() || one.includes('\0'))).toEqual([])
        for (const alert of alerts) expect(alert.startsAt.getTime()).not.toBeNaN()
      }),
      { numRuns: 1500 },
    )
  })

  test('the description in OpenAPI agrees with what the webhook takes', () => {
    fc.assert(
      fc.property(message, (text) => {
        const parsed = parseNotification(text)
        const described = AlertmanagerMessageSchema.safeParse(JSON.parse(text))
        expect('notification' in parsed, described.error?.message).toBe(described.success)
      }),
      { numRuns: 3000 },
    )
  })
})

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object' || value instanceof Date) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)])
}
