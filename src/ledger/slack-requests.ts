import type { Db } from './database.ts'

/**
 * Whether a signed request is seen for the first time; a replayed one is not. Signatures are remembered for ten minutes,
 * twice as long as Slack's signatures are accepted at all.
 */
export async function firstSeen(db: Db, signatureHash: string, at: Date): Promise<boolean> {
  const { rows } = await db.query(
    `with pruned as (delete from slack_request where at < $2::timestamptz - interval '10 minutes')
     insert into slack_request (signature_hash, at) values ($1, $2) on conflict do nothing returning signature_hash`,
    [signatureHash, at],
  )
  return rows.length === 1
}
