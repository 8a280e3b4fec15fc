import { createHash } from 'node:crypto'
import type { Alert, Notification, StoredNotification } from '../domain/alert.ts'
import { SYSTEM } from '../domain/entry.ts'
import { sentence } from '../domain/errors.ts'
import { alertKey } from '../domain/history.ts'
import { endOf, type IncidentMark, meaningOf } from '../domain/incident.ts'
import type { LedgerTx } from './ledger.ts'

type Parse = (text: string) => { notification: Notification } | { problem: { field: string; message: string } }

/** A new story: an incident to be written, open or already over within the batch. */
export type Opening = { source: string; alert: Alert; notification: string; endedAt: Date | null; repeats: number }

/** A batch of notifications, sorted by what each alert means for the stories so far. */
export type Sorted = {
  parse: Parse
  openings: Opening[]
  repeats: { incident: number; notification: string }[]
  closings: { id: number; endedAt: Date }[]
  late: { incident: number; notification: string }[]
  unreadable: { id: string; problem: string }[]
}

type Delivered = { source: string; notification: string; receivedAt: Date; alert: Alert }
/** An incident that exists, or one that this batch opens. */
type Known = { mark: IncidentMark; opening: Opening | null }

/** Reads the bodies, looks up the latest incident of each alert, and sorts the alerts in the order they came. */
export async function sortAlerts(
  tx: LedgerTx,
  batch: readonly StoredNotification[],
  parse: Parse,
  now: Date,
): Promise<Sorted> {
  const sorted: Sorted = { parse, openings: [], repeats: [], closings: [], late: [], unreadable: [] }
  const delivered = batch.flatMap((stored) => readAlerts(stored, parse, sorted))
  const keys = new Map(
    delivered.map(({ source, alert }) => [
      alertKey(source, alert.fingerprint),
      { source, fingerprint: alert.fingerprint },
    ]),
  )
  const latest = await tx.latestIncidents([...keys.values()])
  const known = new Map<string, Known>([...latest].map(([key, mark]) => [key, { mark, opening: null }]))
  for (const one of delivered) sortOne(one, known, sorted, now)
  return sorted
}

function sortOne(
  { source, notification, receivedAt, alert }: Delivered,
  known: Map<string, Known>,
  sorted: Sorted,
  now: Date,
): void {
  const key = alertKey(source, alert.fingerprint)
  const before = known.get(key) ?? null
  const meaning = meaningOf(alert, before?.mark ?? null)
  if (meaning === 'open' || meaning === 'bygone') {
    const endedAt = meaning === 'open' ? null : endOf(alert, receivedAt)
    const opening: Opening = { source, alert, notification, endedAt, repeats: 0 }
    sorted.openings.push(opening)
    known.set(key, { opening, mark: { id: 0, open: meaning === 'open', startsAt: alert.startsAt, endedAt } })
  }
  if (before === null) return
  if (meaning === 'repeat') {
    if (before.opening === null) sorted.repeats.push({ incident: before.mark.id, notification })
    else before.opening.repeats += 1
  }
  if (meaning === 'late' && before.opening === null) sorted.late.push({ incident: before.mark.id, notification })
  if (meaning === 'resolve') {
    const endedAt = endOf(alert, receivedAt < now ? receivedAt : now)
    if (before.opening === null) sorted.closings.push({ id: before.mark.id, endedAt })
    else before.opening.endedAt = endedAt
    known.set(key, { ...before, mark: { ...before.mark, open: false, endedAt } })
  }
}

function readAlerts(stored: StoredNotification, parse: Parse, sorted: Sorted): Delivered[] {
  try {
    const read = parse(stored.body)
    if ('problem' in read) {
      sorted.unreadable.push({ id: stored.id, problem: `${read.problem.field}: ${read.problem.message}` })
      return []
    }
    const alerts = read.notification.alerts.map((alert) => ({
      source: stored.source,
      notification: stored.id,
      receivedAt: stored.receivedAt,
      alert,
    }))
    return read.notification.truncatedAlerts > 0 ? [...alerts, cutOff(stored, read.notification)] : alerts
  } catch (error) {
    sorted.unreadable.push({ id: stored.id, problem: sentence(error) })
    return []
  }
}

/** Alertmanager's `max_alerts` cut alerts off: what we cannot see, a person must. */
function cutOff(stored: StoredNotification, { groupKey, receiver, truncatedAlerts }: Notification): Delivered {
  const alert: Alert = {
    fingerprint: createHash('sha256').update(`truncated\n${groupKey}`).digest('hex').slice(0, 16),
    status: 'firing',
    labels: { alertname: 'NightshiftAlertsCutOff', receiver, severity: 'P2' },
    annotations: {
      summary: `${truncatedAlerts} alerts of a group were cut off; set max_alerts: 0 in this receiver's webhook_configs`,
    },
    startsAt: stored.receivedAt,
    endsAt: null,
    generatorUrl: null,
  }
  return { source: 'nightshift', notification: stored.id, receivedAt: stored.receivedAt, alert }
}

/** Puts a notification aside that cannot be decided, and opens an incident about it, due at once. */
export async function quarantineNotification(tx: LedgerTx, id: string, problem: string, now: Date): Promise<void> {
  await tx.quarantine(id, problem, now)
  const [incident] = await tx.takeIds('incident_id_seq', 1)
  if (incident === undefined) return
  const labels = { alertname: 'NightshiftNotificationQuarantined', notification: id }
  await tx.insertIncidents([
    {
      id: incident,
      source: 'nightshift',
      fingerprint: id,
      system: null,
      rule: null,
      severity: 'P2',
      state: 'open',
      labels,
      annotations: { problem },
      startsAt: now,
      openedAt: now,
      endedAt: null,
      repeats: 0,
      follows: null,
    },
  ])
  await tx.insertEscalations([{ incident, severity: 'P2', reason: 'quarantined', dueAt: now, createdAt: now }])
  await tx.appendEntries([
    { chain: incident, at: now, kind: 'notification.quarantined', actor: SYSTEM, data: { notification: id, problem } },
  ])
}
