import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { prometheusTarget } from '../targets/prometheus.ts'

/**
 * Makes the question "does this PromQL hold?": true when it returns at least one sample, as in an alert rule. Null when
 * Prometheus is not set, or does not answer: inconclusive is never success.
 */
export function createEvidence(prometheusUrl: string | null, log: Log): (promql: string) => Promise<boolean | null> {
  if (prometheusUrl === null) return async () => null
  const prometheus = prometheusTarget('evidence', { url: prometheusUrl })
  return async (promql) => {
    try {
      return (await prometheus.query(promql)).length > 0
    } catch (error) {
      log.warn({ promql, reason: sentence(error) }, 'no evidence from Prometheus')
      return null
    }
  }
}
