import type { StoredNotification } from '../domain/alert.ts'
import type { Db } from './database.ts'

/** Stores notifications in one statement; when it returns they are on disk. */
export async function insertNotifications(db: Db, rows: readonly StoredNotification[]): Promise<void> {
  await db.query(
    `insert into notification (id, source, body, received_at)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.source),
      rows.map((row) => row.body),
      rows.map((row) => row.receivedAt),
    ],
  )
}

/** Takes undecided notifications, oldest first, until the transaction ends; those that another transaction has are passed over. */
export async function claimNotifications(tx: Db, limit: number): Promise<StoredNotification[]> {
  const { rows } = await tx.query<{ id: string; source: string; body: string; received_at: Date }>(
    `select id, source, body, received_at from notification where decided_at is null
      order by received_at, id limit $1 for update skip locked`,
    [limit],
  )
  return rows.map((row) => ({ id: row.id, source: row.source, body: row.body, receivedAt: row.received_at }))
}

/** Marks notifications as decided. */
export async function markDecided(tx: Db, ids: readonly string[], at: Date): Promise<void> {
  await tx.query('update notification set decided_at = $2 where id = any($1::uuid[])', [ids, at])
}

/** Puts a notification that cannot be decided aside, with the reason; it is kept, and in nobody's way. */
export async function quarantine(tx: Db, id: string, reason: string, at: Date): Promise<void> {
  await tx.query('update notification set decided_at = $3, quarantined = $2 where id = $1', [id, reason, at])
}
