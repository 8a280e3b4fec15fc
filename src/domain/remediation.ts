import { NightshiftError } from './errors.ts'

/** Every state of a remediation and where it may go next. The only place that knows; SQL compares and sets along it. */
const NEXT = {
  proposed: ['suppressed', 'awaiting_approval', 'queued'],
  awaiting_approval: ['queued', 'denied', 'expired', 'cancelled'],
  queued: ['running', 'cancelled', 'suppressed'],
  // Never straight to success: an action that threw or timed out may still have acted, so evidence decides.
  running: ['verifying', 'unknown'],
  unknown: ['verifying', 'queued'],
  verifying: ['succeeded', 'ineffective'],
  ineffective: ['rolled_back'],
  suppressed: [],
  denied: [],
  expired: [],
  cancelled: [],
  succeeded: [],
  rolled_back: [],
} as const satisfies Record<string, readonly string[]>

export type RemediationState = keyof typeof NEXT
export type MoveFrom<From extends RemediationState> = (typeof NEXT)[From][number]

/** States in which something is still to be done without a person asking for it. */
export const ACTIVE_STATES = [
  'proposed',
  'awaiting_approval',
  'queued',
  'running',
  'unknown',
  'verifying',
] as const satisfies RemediationState[]

/** States in which the target may be changing under us: nobody else may act on it. */
export const HOLDING_STATES = ['running', 'unknown', 'verifying'] as const satisfies RemediationState[]

export const REMEDIATION_STATES = Object.keys(NEXT) as RemediationState[]

/**
 * Checks one move against the table.
 * @throws NightshiftError `illegal-move` when the table does not have it.
 */
export function assertMove(from: RemediationState, to: RemediationState): void {
  if (!(NEXT[from] as readonly string[]).includes(to)) {
    throw new NightshiftError('illegal-move', `a remediation cannot go from ${from} to ${to}`, { from, to })
  }
}

export function nextStates(from: RemediationState): readonly RemediationState[] {
  return NEXT[from]
}
