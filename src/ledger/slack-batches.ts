import type { Db } from './database.ts'

/** One remediation of a grouped message, with the digest of what was shown. */
export type ShownRemediation = { remediation: number; digest: string }

/** Remembers what the buttons of a grouped message stand for, before Slack shows them. */
export async function insertBatch(db: Db, id: string, shown: readonly ShownRemediation[], at: Date): Promise<void> {
  await db.query('insert into slack_batch (id, shown, created_at) values ($1, $2::jsonb, $3) on conflict do nothing', [
    id,
    JSON.stringify(shown),
    at,
  ])
}

/** What a grouped message showed when its button was pressed; null when there was no such message. */
export async function findBatch(db: Db, id: string): Promise<ShownRemediation[] | null> {
  const { rows } = await db.query<{ shown: ShownRemediation[] }>('select shown from slack_batch where id = $1', [id])
  return rows[0]?.shown ?? null
}
