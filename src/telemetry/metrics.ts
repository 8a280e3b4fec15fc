import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { askMetrics } from './ask-metrics.ts'
import { storyMetrics } from './story-metrics.ts'

/** Fractions of a second for what should take milliseconds. */
const QUICK_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** All metrics of one app, in a registry of their own. Names and labels are a contract: dashboards and alert rules read them. */
export type Metrics = ReturnType<typeof createMetrics>

/**
 * Makes the metrics.
 * @param processMetrics false leaves out those of Node itself
 * @param slackRefusals reasons for which the Slack edge refuses, so that each is there from the start
 */
export function createMetrics(processMetrics = true, slackRefusals: readonly string[] = []) {
  const registry = new Registry()
  const registers = [registry]
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return {
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    webhook: webhookMetrics(registers),
    story: storyMetrics(registers),
    ask: askMetrics(registers, slackRefusals),
  }
}

function webhookMetrics(registers: Registry[]) {
  const notifications = new Counter({
    name: 'nightshift_notifications_total',
    help: 'Notifications that are on disk and were answered 202',
    registers,
  })
  const refused = new Counter({
    name: 'nightshift_notifications_refused_total',
    help: 'Notifications that were not taken, by reason; most are lost, as the sender gives up',
    labelNames: ['reason'],
    registers,
  })
  const alerts = new Counter({
    name: 'nightshift_alerts_total',
    help: 'Alerts in notifications that were taken, by their own status',
    labelNames: ['status'],
    registers,
  })
  const seconds = new Histogram({
    name: 'nightshift_accept_seconds',
    help: 'Time from the begin of a webhook request to the notification on disk',
    buckets: QUICK_SECONDS,
    registers,
  })
  return {
    accepted(count: { firing: number; resolved: number }, took: number): void {
      notifications.inc()
      alerts.inc({ status: 'firing' }, count.firing)
      alerts.inc({ status: 'resolved' }, count.resolved)
      seconds.observe(took)
    },
    refused(reason: string, count = 1): void {
      refused.inc({ reason }, count)
    },
  }
}
