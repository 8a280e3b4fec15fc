import type { Labels } from './alert.ts'
import { NightshiftError } from './errors.ts'
import type { Mode, Rule, Step } from './policy.ts'

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

/** Where a remediation may go from here; empty: it has ended. */
export function nextStates(from: RemediationState): readonly RemediationState[] {
  return NEXT[from]
}

/** A rule as it stood when the remediation was decided; a reload does not change what is under way. */
export type RuleSnapshot = Omit<Rule, 'match'>

/** One step taken for one incident. */
export type Remediation = {
  id: number
  /** Null for a run that a person asked for by hand. */
  incident: number | null
  system: string
  rule: RuleSnapshot
  stepIndex: number
  step: Step
  policyHash: string
  /** '<system>/<target>' */
  target: string
  handler: string
  mode: Mode
  requestedBy: string | null
  state: RemediationState
  reason: string
  attempt: number
  plan: readonly string[] | null
  createdAt: Date
  verifyUntil: Date | null
  /** Of the incident's alert; null for a run by hand. */
  fingerprint: string | null
  /** The incident's labels, and whether it is still open; no labels and open for a run by hand. */
  labels: Labels
  incidentOpen: boolean
}

/** A remediation as it is first written. */
export type NewRemediation = {
  id: number
  incident: number | null
  system: string
  rule: RuleSnapshot
  stepIndex: number
  step: Step
  policyHash: string
  target: string
  requestedBy: string | null
  state: RemediationState
  reason: string
  createdAt: Date
  /** When it is to be worked on; null when nothing is to be done. */
  wakeAt: Date | null
}

/** What else changes with a move. Absent: stays as it is. */
export type MovePatch = { plan?: readonly string[]; startedAt?: Date; verifyUntil?: Date | null }
export type Move = {
  id: number
  from: RemediationState
  to: RemediationState
  reason: string
  at: Date
  wakeAt: Date | null
} & MovePatch

/** A ring of the bell that is owed to the queue: which remediation, which attempt, when (null: at once). */
export type Bell = { remediation: number; attempt: number; at: Date | null }
