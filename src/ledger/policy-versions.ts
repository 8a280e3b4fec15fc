import { SYSTEM, SYSTEM_CHAIN } from '../domain/entry.ts'
import type { PolicySet } from '../domain/policy.ts'
import type { Database } from './database.ts'
import { appendEntries } from './entries.ts'

/** Keeps which policies were in force, by their hash, and says so in the ledger's own chain. */
export async function recordPolicyVersion(db: Database, set: PolicySet, at: Date): Promise<void> {
  const files = Object.fromEntries(set.policies.map(({ file, hash }) => [file, hash]))
  await db.transaction(async (tx) => {
    const { rows } = await tx.query(
      'insert into policy_version (hash, files, loaded_at) values ($1, $2::jsonb, $3) on conflict do nothing returning hash',
      [set.hash, JSON.stringify(files), at],
    )
    if (rows.length === 0) return
    await appendEntries(tx, [
      { chain: SYSTEM_CHAIN, at, kind: 'policy.loaded', actor: SYSTEM, data: { hash: set.hash, files } },
    ])
  })
}
