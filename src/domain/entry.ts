import { createHash } from 'node:crypto'
import type { Json } from './policy.ts'

/** Who did it: a policy rule, a person, or Nightshift itself. */
export type Actor = { kind: 'rule' | 'person' | 'system'; name: string }

export const SYSTEM: Actor = { kind: 'system', name: 'nightshift' }

/** What an entry tells. Past tense; the ledger is read as a story. */
export type EntryKind =
  | 'alert.repeated'
  | 'alert.late'
  | 'approval.given'
  | 'approval.refused'
  | 'approval.requested'
  | 'breaker.opened'
  | 'breaker.reset'
  | 'decision.made'
  | 'diagnosis.attached'
  | 'escalation.acknowledged'
  | 'escalation.due'
  | 'escalation.held'
  | 'escalation.resolved'
  | 'incident.closed'
  | 'incident.opened'
  | 'kill-switch.set'
  | 'notification.quarantined'
  | 'plan.made'
  | 'policy.loaded'
  | 'remediation.moved'
  | 'run.ended'
  | 'silence.created'
  | 'silence.removed'
  | 'run.lost'
  | 'run.started'
  | 'verification.checked'

/** One thing that was seen, decided or done; append-only. */
export type NewEntry = { at: Date; kind: EntryKind; actor: Actor; data: Readonly<Record<string, Json>> }

/** An entry to append, and the chain (incident id, or SYSTEM_CHAIN) that it belongs to. */
export type ChainedEntry = NewEntry & { chain: number }

/** An entry in its chain. `payload` is the exact text that the hash covers. */
export type Entry = { chain: number; seq: number; payload: string; hash: string }

/** Chain of entries that belong to no incident: kill switch, policies, quarantine. */
export const SYSTEM_CHAIN = 0

export type ChainHead = { seq: number; hash: string }
export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: '' }

/** The next entry of a chain: its hash covers the one before, so that none can be changed or taken out unseen. */
export function chainEntry(chain: number, head: ChainHead, entry: NewEntry): Entry {
  const payload = JSON.stringify({ at: entry.at.toISOString(), kind: entry.kind, actor: entry.actor, data: entry.data })
  const seq = head.seq + 1
  return { chain, seq, payload, hash: entryHash(chain, seq, head.hash, payload) }
}

/** SHA-256, hex, over chain, number, hash before and exact payload. */
export function entryHash(chain: number, seq: number, previous: string, payload: string): string {
  return createHash('sha256').update(`${chain}\n${seq}\n${previous}\n${payload}`).digest('hex')
}
