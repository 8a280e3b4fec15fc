import { isCovered } from '../domain/approval.ts'
import { sentence } from '../domain/errors.ts'
import type { Remediation } from '../domain/remediation.ts'
import type { RemediateDeps } from './remediate-deps.ts'

/** What is found right before a run: a reason not to begin, and what follows from it. */
export type LastLook = { stop: null } | { stop: string; follows: 'cancel' | 'propose-again' | 'next-step' }

const FREE: LastLook = { stop: null }

/**
 * Looks once more, outside any transaction, before a run begins: is the alert silenced meanwhile, and is what would be done
 * now still what was approved? A yes is for exactly what was shown.
 */
export async function lookOnceMore(deps: RemediateDeps, remediation: Remediation): Promise<LastLook> {
  if (
    remediation.fingerprint !== null &&
    (await deps.alertState(remediation.fingerprint, remediation.labels.alertname ?? '')) === 'suppressed'
  ) {
    return { stop: 'silenced', follows: 'cancel' }
  }
  // A run that is taken up again after a crash has done part of its plan: its handler looks first, by itself.
  if (remediation.mode === 'auto' || (await deps.ledger.countRuns(remediation.id)) > 0) return FREE
  try {
    const { items } = await deps.handlers.plan(remediation.system, remediation.step, deps.stopping)
    if (items.length === 0) return { stop: 'nothing-to-do', follows: 'next-step' }
    return isCovered(items, remediation.plan ?? [])
      ? FREE
      : { stop: 'void: the plan has changed since it was approved', follows: 'propose-again' }
  } catch (error) {
    return { stop: `no-plan: ${sentence(error)}`, follows: 'next-step' }
  }
}
