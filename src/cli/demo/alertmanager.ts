import { createHash } from 'node:crypto'

/** Sends what Alertmanager would send: a notification of version "4" with one alert. */
export async function sendAlert(
  baseUrl: string,
  labels: Record<string, string>,
  status: 'firing' | 'resolved',
  startsAt: Date,
): Promise<void> {
  const fingerprint = createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16)
  const endsAt = status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString()
  const alert = {
    status,
    labels,
    annotations: {},
    startsAt: startsAt.toISOString(),
    endsAt,
    generatorURL: '',
    fingerprint,
  }
  const group = { alertname: labels.alertname }
  const body = {
    version: '4',
    groupKey: `{}:{alertname="${labels.alertname}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'nightshift',
    groupLabels: group,
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: '',
    alerts: [alert],
  }
  const answer = await fetch(`${baseUrl}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}: ${await answer.text()}`)
}
