import { NightshiftError } from '../domain/errors.ts'
import type { RemediateDeps } from './remediate-deps.ts'

/** The right to act on a run. It is ours as long as beats get through to the ledger in time. */
export type Lease = {
  /** Aborted when it is lost. */
  lost: AbortSignal
  /**
   * Asked before each touch of the target: a process that was frozen finds out here, before its timers tell it.
   * @throws NightshiftError `conflict` when it is lost
   */
  assertHeld: () => void
  stop: () => void
}

/**
 * Keeps the lease of a run. It is lost when somebody else has judged the run meanwhile, and also when no beat got through for
 * its length: then somebody else may have. That is told from our own clock, since the ledger may be what cannot be reached.
 * @param heldFrom a moment not later than the lease's beginning in the ledger, of `performance.now()`
 */
export function keepLease(
  { ledger, leaseMs, log }: Pick<RemediateDeps, 'ledger' | 'leaseMs' | 'log'>,
  remediation: number,
  number: number,
  heldFrom: number,
): Lease {
  const lost = new AbortController()
  let heldUntil = heldFrom + leaseMs
  const lose = (why: string): void => {
    if (lost.signal.aborted) return
    log.warn({ remediation, run: number }, `the lease of a run is lost: ${why}`)
    lost.abort(new NightshiftError('conflict', `the lease of this run is lost: ${why}`))
  }
  const look = (): void => {
    if (performance.now() >= heldUntil) lose('no beat got through in time')
  }
  const beat = async (): Promise<void> => {
    look()
    const asked = performance.now()
    try {
      if (await ledger.renewLease(remediation, number, leaseMs)) heldUntil = asked + leaseMs
      else lose('the run has been given up for lost')
    } catch (error) {
      // A missed beat is what the lease has slack for; the next one may get through.
      log.warn({ err: error, remediation }, 'a lease could not be renewed')
    }
  }
  const timer = setInterval(beat, leaseMs / 4)
  return {
    lost: lost.signal,
    assertHeld: () => {
      look()
      lost.signal.throwIfAborted()
    },
    stop: () => clearInterval(timer),
  }
}
