import { createHash } from 'node:crypto'
import type { Call, Mode } from './policy.ts'

/** What was shown to the approver, and so what the approval is for. When any of it moves, the approval is void. */
export type Proposal = { incident: number; call: Call; plan: readonly string[]; policyHash: string }

/** A decision that is waited for. */
export type Approval = {
  remediation: number
  digest: string
  needed: number
  expiresAt: Date
  given: readonly string[]
}

/** SHA-256, hex, of exactly what was shown. */
export function proposalDigest({ incident, call, plan, policyHash }: Proposal): string {
  const shown = [incident, call.handler, call.target, stable(call.params), plan, policyHash]
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex')
}

/** JSON with sorted keys: PostgreSQL's jsonb does not keep their order. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, stable(inner)]),
  )
}

/** How many different people must say yes. */
export function quorumOf(mode: Mode): number {
  return mode === 'approve-two' ? 2 : 1
}

/** Why somebody's yes does not count. */
export type ApprovalRefusal = 'not-an-approver' | 'own-request' | 'already-approved' | 'expired' | 'policy-changed'

export type ApprovalView = {
  approvers: readonly string[]
  groups: Readonly<Record<string, readonly string[]>>
  /** The person who asked for the run by hand, if one did. */
  requestedBy: string | null
  given: readonly string[]
  expiresAt: Date
  /** Hash of the policies that the proposal was made under, and of those in force. */
  proposedUnder: string
  inForce: string
}

/** Whether this person's yes counts now; null when it does. Silence, doubt and missing data are never a yes. */
export function refusalOf(by: string, view: ApprovalView, now: Date): ApprovalRefusal | null {
  if (now >= view.expiresAt) return 'expired'
  if (view.requestedBy === by) return 'own-request'
  if (!mayApprove(by, view.approvers, view.groups)) return 'not-an-approver'
  if (view.proposedUnder !== view.inForce) return 'policy-changed'
  return view.given.includes(by) ? 'already-approved' : null
}

/** True when the person is named, or is in a named group. A group is not a person: its name says yes for nobody. */
export function mayApprove(by: string, approvers: readonly string[], groups: ApprovalView['groups']): boolean {
  if (Object.hasOwn(groups, by)) return false
  return approvers.some((name) => name === by || (Object.hasOwn(groups, name) && groups[name]?.includes(by)))
}

/**
 * Whether a plan made now stays within the one that was approved: it may touch less than was shown (somebody else ended a
 * session meanwhile), never anything else.
 */
export function isCovered(plan: readonly string[], approved: readonly string[]): boolean {
  const shown = new Set(approved)
  return plan.every((item) => shown.has(item))
}
