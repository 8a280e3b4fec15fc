import { type ChainedEntry, type ChainHead, chainEntry, EMPTY_CHAIN, type Entry } from '../domain/entry.ts'
import type { Db } from './database.ts'

/**
 * Appends entries to their chains, in order. The chain heads are locked, so two writers of one incident follow each other;
 * heads are locked in order of their number, so that they cannot block each other for good.
 */
export async function appendEntries(tx: Db, entries: readonly ChainedEntry[]): Promise<void> {
  if (entries.length === 0) return
  const chains = [...new Set(entries.map((entry) => entry.chain))].sort((a, b) => a - b)
  const heads = await lockHeads(tx, chains)
  const rows: (Entry & { at: Date; kind: string })[] = []
  for (const entry of entries) {
    const head = heads.get(entry.chain) ?? EMPTY_CHAIN
    const next = chainEntry(entry.chain, head, entry)
    heads.set(entry.chain, { seq: next.seq, hash: next.hash })
    rows.push({ ...next, at: entry.at, kind: entry.kind })
  }
  await tx.query(
    `insert into entry (chain, seq, at, kind, payload, hash)
     select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[], $5::json[], $6::text[])`,
    [
      rows.map((row) => row.chain),
      rows.map((row) => row.seq),
      rows.map((row) => row.at),
      rows.map((row) => row.kind),
      rows.map((row) => row.payload),
      rows.map((row) => row.hash),
    ],
  )
  const ends = chains.map((chain) => heads.get(chain) as ChainHead)
  await tx.query(
    `update chain set seq = head.seq, hash = head.hash
       from unnest($1::bigint[], $2::int[], $3::text[]) as head (id, seq, hash) where chain.id = head.id`,
    [chains, ends.map((head) => head.seq), ends.map((head) => head.hash)],
  )
}

async function lockHeads(tx: Db, chains: readonly number[]): Promise<Map<number, ChainHead>> {
  await tx.query(
    `insert into chain (id, seq, hash) select id, 0, '' from unnest($1::bigint[]) as id order by id on conflict do nothing`,
    [chains],
  )
  const { rows } = await tx.query<{ id: number; seq: number; hash: string }>(
    'select id, seq, hash from chain where id = any($1::bigint[]) order by id for update',
    [chains],
  )
  return new Map(rows.map((row) => [row.id, { seq: row.seq, hash: row.hash }]))
}
