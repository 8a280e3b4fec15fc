import type { Alert, AlertStatus, Labels, Notification } from '../domain/alert.ts'
import { fingerprintOf } from './fingerprint.ts'
import { storableLabels, storableText } from './storable.ts'
import { isZeroTime, parseTimestamp, ZERO_TIME } from './timestamp.ts'

/** Why a body is no notification. Names the place, never what stands there: Alertmanager writes our answer to its log. */
export type BadNotification = {
  /** `alerts[3].status`; `body` for the whole. */
  field: string
  message: string
  /** Where JSON ends to be JSON, counted in characters from 0, when the parser says it. */
  position?: number
}

export type ParsedNotification = { notification: Notification } | { problem: BadNotification }

type Body = Readonly<Record<string, unknown>>

/**
 * Reads the body of Alertmanager's webhook, version "4" (template.Data and webhook.Message of its source). Strict about what
 * decisions rest on: version, alerts, status, labels, startsAt. Unknown fields are ignored at every level, and what versions
 * from 0.25 to 0.34 and other senders leave out may be absent. By hand instead of zod: three times as fast, measured.
 */
export function parseNotification(text: string): ParsedNotification {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    return { problem: notJson(error) }
  }
  try {
    return { notification: readNotification(body) }
  } catch (error) {
    if (error instanceof Refusal) return { problem: { field: error.field, message: error.message } }
    throw error
  }
}

class Refusal extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

// V8 quotes the body in some of its messages; only the position is taken, from the end, where a quote cannot stand.
function notJson(error: unknown): BadNotification {
  const position = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(String(error))?.[1]
  const problem = { field: 'body', message: 'is not valid JSON' }
  return position === undefined ? problem : { ...problem, position: Number(position) }
}

function readNotification(body: unknown): Notification {
  if (!isObject(body)) throw new Refusal('body', 'must be an object')
  if (body.version !== '4') throw new Refusal('version', 'must be "4", the version of the webhook of Alertmanager')
  if (!Array.isArray(body.alerts)) throw new Refusal('alerts', 'must be an array')
  const alerts = body.alerts.map(readAlert)
  return {
    groupKey: text(body, 'groupKey') ?? '',
    receiver: text(body, 'receiver') ?? '',
    status: body.status === undefined ? statusOf(alerts) : readStatus(body.status, 'status'),
    truncatedAlerts: readCount(body.truncatedAlerts),
    reason: text(body, 'notification_reason'),
    externalUrl: text(body, 'externalURL'),
    alerts,
  }
}

function readAlert(alert: unknown, index: number): Alert {
  if (!isObject(alert)) throw new Refusal(`alerts[${index}]`, 'must be an object')
  const status = readStatus(alert.status, 'status', index)
  const labels = readLabels(alert.labels, 'labels', index)
  const endsAt = readEnd(alert.endsAt, index)
  return {
    fingerprint: isFingerprint(alert.fingerprint) ? alert.fingerprint : fingerprintOf(labels),
    status,
    labels,
    annotations: readLabels(alert.annotations ?? {}, 'annotations', index),
    startsAt: readStart(alert.startsAt, index),
    // A firing alert that carries an end carries the sender's guess of when it would time out.
    endsAt: status === 'firing' ? null : endsAt,
    generatorUrl: text(alert, 'generatorURL', index),
  }
}

function readStatus(value: unknown, name: string, index?: number): AlertStatus {
  if (value === 'firing' || value === 'resolved') return value
  throw new Refusal(fieldAt(name, index), 'must be "firing" or "resolved"')
}

function readLabels(value: unknown, name: string, index: number): Labels {
  if (!isObject(value)) throw new Refusal(fieldAt(name, index), 'must be an object of strings')
  for (const label of Object.keys(value)) {
    if (typeof value[label] === 'string') continue
    const known = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(label) ? `.${label}` : ''
    throw new Refusal(`${fieldAt(name, index)}${known}`, 'must be a string')
  }
  return storableLabels(value as Labels)
}

function readStart(value: unknown, index: number): Date {
  const time = typeof value === 'string' ? parseTimestamp(value) : null
  // The zero time would lie before the end of every earlier episode, and so never open an incident again.
  if (time === null || isZeroTime(time)) throw new Refusal(fieldAt('startsAt', index), 'must be a time as in RFC 3339')
  return time
}

function readEnd(value: unknown, index: number): Date | null {
  if (value === undefined || value === null || value === ZERO_TIME) return null
  const time = typeof value === 'string' ? parseTimestamp(value) : null
  if (time === null) throw new Refusal(fieldAt('endsAt', index), 'must be a time as in RFC 3339')
  return isZeroTime(time) ? null : time
}

function readCount(value: unknown): number {
  if (value === undefined || value === null) return 0
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Refusal('truncatedAlerts', 'must be a count')
}

function text(object: Body, name: string, index?: number): string | null {
  const value = object[name]
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return storableText(value)
  throw new Refusal(fieldAt(name, index), 'must be a string')
}

/** A message is firing as long as one of its alerts is. */
function statusOf(alerts: readonly Alert[]): AlertStatus {
  return alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved'
}

function isFingerprint(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldAt(name: string, index: number | undefined): string {
  return index === undefined ? name : `alerts[${index}].${name}`
}
