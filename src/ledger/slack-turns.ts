import type { Db } from './database.ts'

/** How far a message has told one incident, or one run by hand: entries of its chain by number. */
export type ToldStory = {
  story: number
  incident: number | null
  byHand: number | null
  headSeq: number
  seenSeq: number
  threadPosition: number
}
/** A message that a publisher has taken, until its lease runs out. */
export type TakenMessage = {
  id: number
  channel: string
  ts: string | null
  grouped: boolean
  system: string | null
  rule: string | null
  renderedHash: string
  attempt: number
  lease: Date
  stories: ToldStory[]
}

/**
 * Takes one message whose stories have moved on since they were last told; the one that has waited longest. Nobody else
 * takes it before the lease runs out.
 */
export async function takeMovedMessage(db: Db, now: Date, lease: Date): Promise<TakenMessage | null> {
  const { rows } = await db.query<Omit<TakenMessage, 'stories' | 'lease'>>(
    `update slack_message set next_try_at = $2
      where id = (
        select id from slack_message as message
         where watch_until > $1 and next_try_at <= $1
           and exists (select from slack_story as story join chain on chain.id = story.chain
                        where story.message = message.id and chain.seq > story.seen_seq)
         order by next_try_at, id limit 1 for update skip locked)
     returning id, channel, ts, grouped, system, rule, rendered_hash as "renderedHash", attempt`,
    [now, lease],
  )
  const taken = rows[0]
  if (!taken) return null
  const stories = await db.query<ToldStory>(
    `select story.id as story, incident, by_hand as "byHand", chain.seq as "headSeq", seen_seq as "seenSeq", thread_position as "threadPosition"
       from slack_story as story join chain on chain.id = story.chain where message = $1 order by story.id`,
    [taken.id],
  )
  return { ...taken, lease, stories: stories.rows }
}

/** What was shown, written right after Slack took it. Nothing is written when the lease has gone to somebody else. */
export async function recordShown(
  db: Db,
  taken: Pick<TakenMessage, 'id' | 'lease'>,
  shown: { channel: string; ts: string | null; hash: string },
  at: Date,
): Promise<void> {
  await db.query(
    'update slack_message set channel = $3, ts = $4, rendered_hash = $5, updated_at = $6 where id = $1 and next_try_at = $2',
    [taken.id, taken.lease, shown.channel, shown.ts, shown.hash, at],
  )
}

/** How far the thread has told, written after each reply. */
export async function recordThread(db: Db, told: readonly { story: number; threadPosition: number }[]): Promise<void> {
  await db.query(
    `update slack_story set thread_position = greatest(thread_position, told.position)
       from unnest($1::bigint[], $2::int[]) as told (story, position) where slack_story.id = told.story`,
    [told.map(({ story }) => story), told.map(({ threadPosition }) => threadPosition)],
  )
}

/** All has been told up to the entries seen; with `watchUntil` nothing more is expected after it. */
export async function recordTold(
  db: Db,
  taken: Pick<TakenMessage, 'id' | 'lease'> & { stories: readonly Pick<ToldStory, 'story' | 'headSeq'>[] },
  watchUntil: Date | null,
  at: Date,
): Promise<void> {
  await db.query(
    `with told as (
       update slack_message set next_try_at = $3, attempt = 0, error = null, watch_until = coalesce($4, watch_until), updated_at = $3
        where id = $1 and next_try_at = $2 returning id)
     update slack_story set seen_seq = greatest(seen_seq, seen.seq)
       from unnest($5::bigint[], $6::int[]) as seen (story, seq), told
      where slack_story.id = seen.story and slack_story.message = told.id`,
    [
      taken.id,
      taken.lease,
      at,
      watchUntil,
      taken.stories.map(({ story }) => story),
      taken.stories.map(({ headSeq }) => headSeq),
    ],
  )
}

/** Slack did not take it: the reason is kept, and it is tried again then. */
export async function recordFailure(
  db: Db,
  taken: Pick<TakenMessage, 'id' | 'lease'>,
  error: string,
  nextTryAt: Date,
  at: Date,
): Promise<void> {
  await db.query(
    'update slack_message set error = $3, attempt = attempt + 1, next_try_at = $4, updated_at = $5 where id = $1 and next_try_at = $2',
    [taken.id, taken.lease, error, nextTryAt, at],
  )
}
