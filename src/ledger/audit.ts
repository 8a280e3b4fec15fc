import { EMPTY_CHAIN, entryHash } from '../domain/entry.ts'
import { type Breach, CHECKS, type Check } from './audit-checks.ts'
import type { Database, Db } from './database.ts'

export type { Breach }

export type AuditReport = {
  entries: number
  chains: number
  notifications: number
  incidents: number
  runs: number
  breaches: Breach[]
}

const PAGE = 5000
/** What is younger than this may still be under way, in ms. */
const UNDER_WAY_MS = 60_000

/**
 * Checks the four promises and the chain of hashes from the ledger alone. Every query reads what was recorded, not what the
 * code meant to do.
 * @param now deadlines are judged at this time
 */
export async function audit(database: Database, now: Date): Promise<AuditReport> {
  return database.transaction(async (db) => {
    // One snapshot for all questions: what a running service appends in between would look like a chain that was cut.
    await db.query('set transaction isolation level repeatable read, read only')
    await db.query('set local statement_timeout = 0')
    return auditSnapshot(db, new Date(now.getTime() - UNDER_WAY_MS))
  })
}

async function auditSnapshot(db: Db, before: Date): Promise<AuditReport> {
  const chain = await checkChains(db)
  const counts = await db.query<{ notifications: number; incidents: number; runs: number }>(
    'select (select count(*)::int from notification) as notifications, (select count(*)::int from incident) as incidents, (select count(*)::int from run) as runs',
  )
  const found: Breach[] = []
  for (const check of CHECKS) found.push(...(await runCheck(db, check, before)))
  return {
    ...(counts.rows[0] as { notifications: number; incidents: number; runs: number }),
    entries: chain.entries,
    chains: chain.chains,
    breaches: [...chain.breaches, ...found],
  }
}

async function checkChains(db: Db): Promise<{ entries: number; chains: number; breaches: Breach[] }> {
  const heads = new Map(
    (await db.query<{ id: number; seq: number; hash: string }>('select id, seq, hash from chain')).rows.map((row) => [
      row.id,
      row,
    ]),
  )
  const breaches: Breach[] = []
  const seen = new Map<number, { seq: number; hash: string }>()
  let entries = 0
  let from = { chain: -1, seq: -1 }
  for (;;) {
    const { rows } = await db.query<{ chain: number; seq: number; payload: string; hash: string }>(
      'select chain, seq, payload::text as payload, hash from entry where (chain, seq) > ($1, $2) order by chain, seq limit $3',
      [from.chain, from.seq, PAGE],
    )
    for (const row of rows) {
      const before = seen.get(row.chain) ?? EMPTY_CHAIN
      const subject = `entry ${row.chain}/${row.seq}`
      if (row.seq !== before.seq + 1)
        breaches.push({ promise: 0, subject, detail: `${row.seq - before.seq - 1} entries before it are missing` })
      if (row.hash !== entryHash(row.chain, row.seq, before.hash, row.payload))
        breaches.push({ promise: 0, subject, detail: 'its hash does not fit: it was changed' })
      seen.set(row.chain, { seq: row.seq, hash: row.hash })
      from = row
    }
    entries += rows.length
    if (rows.length < PAGE) break
  }
  for (const [id, head] of heads) {
    if ((seen.get(id)?.seq ?? 0) !== head.seq)
      breaches.push({ promise: 0, subject: `chain ${id}`, detail: 'its last entries are missing' })
  }
  return { entries, chains: seen.size, breaches }
}

async function runCheck(db: Db, { promise, subject, detail, sql }: Check, before: Date): Promise<Breach[]> {
  const { rows } = await db.query<{ id: string | number }>(sql, sql.includes('$1') ? [before] : [])
  return rows.map(({ id }) => ({ promise, subject: `${subject} ${id}`, detail }))
}
