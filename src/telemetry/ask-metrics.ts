import { Counter, type Registry } from 'prom-client'

/** What the Slack edge counts. Each reason starts at 0: `increase()` would miss the first one otherwise. */
export function askMetrics(registers: Registry[], reasons: readonly string[]) {
  const refused = new Counter({
    name: 'nightshift_slack_refused_total',
    help: 'Requests in the name of Slack that were not taken, by reason',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of reasons) refused.inc({ reason }, 0)
  return { refused: (reason: string) => refused.inc({ reason }) }
}
