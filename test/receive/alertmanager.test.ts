import { describe, expect, test } from 'vitest'
import type { Alert, Notification } from '../../src/domain/alert.ts'
import { parseNotification } from '../../src/receive/alertmanager.ts'
import { alertBody, capturedBody, messageBody } from './bodies.ts'

function read(text: string): Notification {
  const parsed = parseNotification(text)
  if ('problem' in parsed) throw new Error(`${parsed.problem.field}: ${parsed.problem.message}`)
  return parsed.notification
}

function readAlert(fields: Record<string, unknown>): Alert {
  return read(messageBody({}, [alertBody(fields)])).alerts[0] as Alert
}

describe('parseNotification reads', () => {
  test('what Alertmanager 0.25 sent, with its quoted receiver, in full', () => {
    expect(read(capturedBody('0.25-firing'))).toEqual({
      groupKey: '{}:{alertname="ConnectionPoolExhausted", system="fluxbase"}',
      receiver: 'web\\.hook',
      status: 'firing',
      truncatedAlerts: 0,
      reason: null,
      externalUrl: 'http://vm:19556',
      alerts: [
        {
          fingerprint: '526589aeb51d4aa8',
          status: 'firing',
          labels: {
            alertname: 'ConnectionPoolExhausted',
            datname: 'größe <&> 日本',
            instance: 'db-1:9187',
            severity: 'warning',
            system: 'fluxbase',
          },
          annotations: {
            runbook_url: 'https://runbooks.example.com/pool?a=1&b=2',
            summary: '98 of 100 connections are in use',
          },
          startsAt: new Date('2026-11-21T02:48:49.579Z'),
          endsAt: null,
          generatorUrl: 'http://prometheus:9090/graph?g0.expr=pg_stat_activity_count+%3E+95&g0.tab=1',
        },
        expect.objectContaining({ fingerprint: '8641e6c43bf8b3f4', status: 'firing' }),
      ],
    })
  })

  test('the reason that Alertmanager 0.32 gives', () => {
    expect(read(capturedBody('0.32-firing')).reason).toBe('first notification')
  })

  test.each(['0.25-one-resolved', '0.34-one-resolved'])(
    'each alert by its own status in a message of status firing (%s)',
    (name) => {
      const { status, alerts } = read(capturedBody(name))
      expect(status).toBe('firing')
      expect(alerts.map((alert) => [alert.status, alert.endsAt?.toISOString()])).toEqual([
        ['firing', undefined],
        ['resolved', '2026-11-21T02:48:53.000Z'],
      ])
    },
  )

  test('a message with no more than version, alerts, status, labels and startsAt', () => {
    const bare = { version: '4', alerts: [{ status: 'resolved', labels: {}, startsAt: '2026-03-02T04:00:00+01:00' }] }
    expect(read(JSON.stringify(bare))).toEqual({
      groupKey: '',
      receiver: '',
      status: 'resolved',
      truncatedAlerts: 0,
      reason: null,
      externalUrl: null,
      alerts: [
        {
          fingerprint: 'cbf29ce484222325',
          status: 'resolved',
          labels: {},
          annotations: {},
          startsAt: new Date('2026-03-02T03:00:00Z'),
          endsAt: null,
          generatorUrl: null,
        },
      ],
    })
  })

  test('unknown fields at every level as if they were not there', () => {
    const more = { nested: [{ deep: { deeper: 1 } }], version2: 4 }
    const [alert] = [alertBody({ values: { B: 1 }, silenceURL: 'http://grafana', more })]
    expect(read(messageBody({ orgId: 1, title: 'x', more, routeLabels: { team: 'db' } }, [alert]))).toEqual(
      read(messageBody()),
    )
  })

  test('an empty list of alerts as a notification of none', () => {
    expect(read(messageBody({}, [])).alerts).toEqual([])
  })

  test('the last of duplicate keys, as Go does', () => {
    expect(read(messageBody().replace('"status":"firing"', '"status":"firing","status":"resolved"')).status).toBe(
      'resolved',
    )
  })

  test('an unknown field nested 100,000 levels deep, without falling over', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(read(messageBody().replace('"groupLabels":{}', `"groupLabels":${deep}`)).alerts).toHaveLength(1)
  })

  test('10,000 alerts, each of them', () => {
    const alerts = Array.from({ length: 10_000 }, (_, n) => alertBody({ labels: { alertname: `A${n}` } }))
    const labels = read(messageBody({}, alerts)).alerts.map((alert) => alert.labels.alertname)
    expect(new Set(labels).size).toBe(10_000)
  })

  test('the end of a firing alert as unknown: it is only the time at which it would be given up', () => {
    expect(readAlert({ endsAt: '2026-03-02T03:04:00Z' }).endsAt).toBeNull()
  })

  test.each([undefined, null, '0001-01-01T00:00:00Z', '0001-01-01T01:00:00+01:00'])(
    'the end %s of a resolved alert as not told',
    (endsAt) => {
      expect(readAlert({ status: 'resolved', endsAt }).endsAt).toBeNull()
    },
  )

  test.each(['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'a clock that is far off (%s) as it is: decisions do not rest on it',
    (startsAt) => {
      expect(readAlert({ startsAt }).startsAt).toEqual(new Date(startsAt))
    },
  )

  test('label values of 10 kB whole', () => {
    const long = 'x'.repeat(10_000)
    expect(readAlert({ labels: { long } }).labels).toEqual({ long })
  })

  test('NUL and lone surrogates, in names too, as U+FFFD: PostgreSQL takes neither', () => {
    const alert = readAlert({
      labels: { ok: 'déjà 🌙', 'n\0me': 'a\0b', half: 'x\ud83cy' },
      annotations: { summary: '\0' },
      generatorURL: '\udf19',
    })
    expect(alert.labels).toEqual({ ok: 'déjà 🌙', 'n\ufffdme': 'a\ufffdb', half: 'x\ufffdy' })
    expect(alert.annotations).toEqual({ summary: '\ufffd' })
    expect(alert.generatorUrl).toBe('\ufffd')
    expect(
      read(messageBody({ groupKey: '\0', receiver: '\0', externalURL: '\0', notification_reason: '\0' })),
    ).toMatchObject({
      groupKey: '\ufffd',
      receiver: '\ufffd',
      externalUrl: '\ufffd',
      reason: '\ufffd',
    })
  })

  test.each(['plain', 'with a NUL \\u0000'])(
    'labels called __proto__ and constructor as labels and nothing else (%s)',
    (value) => {
      const text = messageBody({}, [alertBody({ labels: { LABELS: 0 } })]).replace(
        '"LABELS":0',
        `"__proto__":"${value}","constructor":"c","toString":"t"`,
      )
      const { labels } = read(text).alerts[0] as Alert
      expect(Object.keys(labels).sort()).toEqual(['__proto__', 'constructor', 'toString'])
      expect(Object.getPrototypeOf(labels)).toBe(Object.prototype)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    },
  )

  test('no field out of a __proto__ of the body', () => {
    const text = `{"__proto__":${messageBody()}}`
    expect(parseNotification(text)).toEqual({ problem: { field: 'version', message: expect.any(String) } })
  })
})

describe('parseNotification refuses', () => {
  test.each([
    ['', 'body'],
    ['not json', 'body'],
    ['null', 'body'],
    ['[]', 'body'],
    ['"text"', 'body'],
    ['{}', 'version'],
  ])('%j, and names %s', (text, field) => {
    expect(parseNotification(text)).toMatchObject({ problem: { field } })
  })

  test.each([
    ['{"version":"4",}', 15],
    ['{"version":"4" "alerts":[]}', 15],
    ['"at position 99', 15],
    [`{"a":"at position 7"}x`, 21],
  ])('%s, and says at which character it ceases to be JSON', (text, position) => {
    expect(parseNotification(text)).toEqual({ problem: { field: 'body', message: 'is not valid JSON', position } })
  })

  const wrongMessages: [Record<string, unknown>, string][] = [
    [{ version: '3' }, 'version'],
    [{ version: 4 }, 'version'],
    [{ version: undefined }, 'version'],
    [{ alerts: undefined }, 'alerts'],
    [{ alerts: null }, 'alerts'],
    [{ alerts: {} }, 'alerts'],
    [{ alerts: [null] }, 'alerts[0]'],
    [{ alerts: [alertBody(), 'x'] }, 'alerts[1]'],
    [{ alerts: [alertBody(), alertBody(), [alertBody()]] }, 'alerts[2]'],
    [{ status: 'pending' }, 'status'],
    [{ status: null }, 'status'],
    [{ groupKey: 1 }, 'groupKey'],
    [{ receiver: {} }, 'receiver'],
    [{ externalURL: [] }, 'externalURL'],
    [{ notification_reason: true }, 'notification_reason'],
    [{ truncatedAlerts: -1 }, 'truncatedAlerts'],
    [{ truncatedAlerts: 1.5 }, 'truncatedAlerts'],
    [{ truncatedAlerts: 2 ** 53 }, 'truncatedAlerts'],
    [{ truncatedAlerts: '1' }, 'truncatedAlerts'],
  ]
  test.each(wrongMessages)('a message with %j, and names %s', (fields, field) => {
    expect(parseNotification(messageBody(fields))).toMatchObject({ problem: { field } })
  })

  const wrongAlerts: [Record<string, unknown>, string][] = [
    [{ status: undefined }, 'status'],
    [{ status: 'Firing' }, 'status'],
    [{ labels: undefined }, 'labels'],
    [{ labels: null }, 'labels'],
    [{ labels: [] }, 'labels'],
    [{ labels: { system: 1 } }, 'labels.system'],
    [{ labels: { 'a\nname that would forge a log line': null } }, 'labels'],
    [{ annotations: 'x' }, 'annotations'],
    [{ annotations: { summary: {} } }, 'annotations.summary'],
    [{ startsAt: undefined }, 'startsAt'],
    [{ startsAt: '' }, 'startsAt'],
    [{ startsAt: 1_772_420_400 }, 'startsAt'],
    [{ startsAt: 'yesterday' }, 'startsAt'],
    [{ startsAt: '0001-01-01T00:00:00Z' }, 'startsAt'],
    [{ startsAt: '+275761-01-01T00:00:00Z' }, 'startsAt'],
    [{ endsAt: 'soon' }, 'endsAt'],
    [{ endsAt: 0 }, 'endsAt'],
    [{ generatorURL: 7 }, 'generatorURL'],
  ]
  test.each(wrongAlerts)('an alert with %j, and names its %s', (fields, field) => {
    expect(parseNotification(messageBody({}, [alertBody(), alertBody(fields)]))).toMatchObject({
      problem: { field: `alerts[1].${field}` },
    })
  })
})
