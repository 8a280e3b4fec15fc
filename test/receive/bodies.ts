import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An alert as Alertmanager writes it; fields given replace or remove (undefined) the usual ones. */
export function alertBody(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    status: 'firing',
    labels: { alertname: 'ConnectionPoolExhausted', system: 'fluxbase' },
    annotations: { summary: '98 of 100 connections are in use' },
    startsAt: '2026-03-02T03:00:00.123456789Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus:9090/graph',
    fingerprint: '526589aeb51d4aa8',
    ...fields,
  }
}

/** A message of Alertmanager's webhook, as text. */
export function messageBody(fields: Record<string, unknown> = {}, alerts: unknown = [alertBody()]): string {
  return JSON.stringify({
    receiver: 'nightshift',
    status: 'firing',
    alerts,
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    ...fields,
  })
}

/** A body that an Alertmanager sent, byte for byte; see test/fixtures/alertmanager/README.md. */
export function capturedBody(name: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/alertmanager', `${name}.body`), 'utf8')
}
