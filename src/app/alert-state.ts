import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { RemediateDeps } from '../flow/remediate-deps.ts'
import type { Alertmanager } from '../targets/alertmanager.ts'

/**
 * Makes the question "is this alert silenced?". Alertmanager being away, or not set, leaves it unknown: then what was decided
 * and approved stands, as it would with no Alertmanager to ask.
 */
export function createAlertState(alertmanager: Alertmanager | null, log: Log): RemediateDeps['alertState'] {
  if (alertmanager === null) return async () => 'unknown'
  return async (fingerprint, alertname) => {
    try {
      return await alertmanager.stateOf(fingerprint, alertname)
    } catch (error) {
      log.warn({ fingerprint, reason: sentence(error) }, 'Alertmanager does not say whether an alert is silenced')
      return 'unknown'
    }
  }
}
