import { type Actor, type ChainedEntry, type EntryKind, SYSTEM, SYSTEM_CHAIN } from '../domain/entry.ts'
import type { Json } from '../domain/policy.ts'
import type { MoveFrom, MovePatch, Remediation, RemediationState } from '../domain/remediation.ts'
import type { LedgerTx } from './ledger.ts'

/** The chain that a remediation's entries belong to: its incident's, or the system's for a run asked for by hand. */
export function chainOf(remediation: Remediation): number {
  return remediation.incident ?? SYSTEM_CHAIN
}

/** An entry about a remediation. */
export function entryOf(
  remediation: Remediation,
  kind: EntryKind,
  data: Readonly<Record<string, Json>>,
  at: Date,
  actor: Actor = SYSTEM,
): ChainedEntry {
  return { chain: chainOf(remediation), at, kind, actor, data: { remediation: remediation.id, ...data } }
}

/**
 * Moves a remediation along the table and records it; a move that the table does not have does not compile.
 * @returns false when somebody else moved it first: then nothing is changed, and the caller has nothing to do
 */
export async function move<From extends RemediationState>(
  tx: LedgerTx,
  remediation: Remediation & { state: From },
  to: MoveFrom<From>,
  reason: string,
  at: Date,
  options: MovePatch & { wakeAt?: Date | null; actor?: Actor } = {},
): Promise<boolean> {
  const { wakeAt = null, actor, ...patch } = options
  const moved = await tx.moveRemediation({
    id: remediation.id,
    from: remediation.state,
    to,
    reason,
    at,
    wakeAt,
    ...patch,
  })
  if (moved)
    await tx.appendEntries([
      entryOf(remediation, 'remediation.moved', { from: remediation.state, to, reason }, at, actor),
    ])
  return moved
}

/** True when a remediation stands in this state; narrows its type for `move`. */
export function standsIn<State extends RemediationState>(
  remediation: Remediation | null,
  state: State,
): remediation is Remediation & { state: State } {
  return remediation?.state === state
}
