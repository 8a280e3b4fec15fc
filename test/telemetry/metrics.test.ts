import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/telemetry/metrics.ts'

describe('the metrics', () => {
  test('of two apps in one process do not mix', async () => {
    const [one, other] = [createMetrics(false), createMetrics(false)]
    one.webhook.refused('too-large')
    expect((await one.text()).text).toContain('nightshift_notifications_refused_total{reason="too-large"} 1')
    expect((await other.text()).text).not.toContain('too-large')
  })

  test('include those of the process', async () => {
    expect((await createMetrics().text()).text).toMatch(/^process_resident_memory_bytes \d+/m)
  })

  test('begin at zero where an alert rule must see the first increase', async () => {
    const { text } = await createMetrics(false).text()
    expect(text).toMatch(/^nightshift_notifications_total 0$/m)
  })
})
