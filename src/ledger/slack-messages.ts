import type { Db } from './database.ts'

/** An incident that Slack knows nothing of yet. */
export type UntoldIncident = { incident: number; system: string | null; rule: string | null }
/** A run asked for by hand that waits for somebody else's approval, and that Slack knows nothing of yet. */
export type UntoldRun = { byHand: number; system: string }
/** A message of the last moments: how many stories it tells already. */
export type RecentMessage = {
  id: number
  system: string | null
  rule: string | null
  grouped: boolean
  stories: number
}
export type NewMessage = {
  /** Null: its incidents are not told in Slack. */
  channel: string | null
  system: string | null
  rule: string | null
  grouped: boolean
  incidents: readonly number[]
  /** Set for a run by hand, which has no incident. */
  byHand: number | null
}

/** Any number, but always this one: publishers share incidents out one after the other. */
const SLACK_LOCK = 7_306_115
/** An incident that opened and closed unseen is still told within this time. */
const UNSEEN_FOR = '15 minutes'

/** Makes publishers share incidents out one after the other, across replicas, until the transaction ends. */
export async function lockMessages(tx: Db): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [SLACK_LOCK])
}

/**
 * Incidents that have no message and should have one, oldest first: open ones with a rule or with a person to be told, and
 * closed ones in which something was done before anybody could look.
 */
export async function untoldIncidents(tx: Db, now: Date, limit: number): Promise<UntoldIncident[]> {
  const { rows } = await tx.query<UntoldIncident>(
    `select id as incident, system, rule from (
       select id, system, rule from incident where state = 'open'
          and (rule is not null or exists (select from escalation where escalation.incident = incident.id and escalation.state in ('paging', 'acknowledged', 'exhausted')))
       union
       select id, system, rule from incident where state = 'closed' and opened_at > $1::timestamptz - interval '${UNSEEN_FOR}'
          and exists (select from remediation where remediation.incident = incident.id and (started_at is not null or plan is not null))
     ) as found
     where not exists (select from slack_story where slack_story.incident = found.id)
     order by id limit $2`,
    [now, limit],
  )
  return rows
}

/** Runs asked for by hand that wait for somebody else and have no message. */
export async function untoldRuns(tx: Db, limit: number): Promise<UntoldRun[]> {
  const { rows } = await tx.query<UntoldRun>(
    `select id as "byHand", system from remediation
      where incident is null and state = 'awaiting_approval' and not exists (select from slack_story where by_hand = remediation.id)
      order by id limit $1`,
    [limit],
  )
  return rows
}

/** Messages made since then. */
export async function recentMessages(tx: Db, since: Date): Promise<RecentMessage[]> {
  const { rows } = await tx.query<RecentMessage>(
    `select id, system, rule, grouped, (select count(*)::int from slack_story where message = slack_message.id) as stories
       from slack_message where created_at > $1 order by id`,
    [since],
  )
  return rows
}

/** Makes a message for these incidents; it is posted later. */
export async function insertMessage(tx: Db, message: NewMessage, at: Date): Promise<void> {
  const { rows } = await tx.query<{ id: number }>(
    `insert into slack_message (channel, system, rule, grouped, watch_until, next_try_at, created_at, updated_at)
     values (coalesce($1::text, ''), $2, $3, $4, case when $1 is null then $5 else 'infinity'::timestamptz end, $5, $5, $5) returning id`,
    [message.channel, message.system, message.rule, message.grouped, at],
  )
  const { id } = rows[0] as { id: number }
  await addStories(tx, id, message.incidents)
  // The system's chain is long, and what it told before is not about this run.
  await tx.query(
    `insert into slack_story (message, by_hand, thread_position)
     select $1, $2::bigint, coalesce((select seq from chain where id = 0), 0) where $2::bigint is not null`,
    [id, message.byHand],
  )
}

/** Has a message tell these incidents too. */
export async function addStories(tx: Db, message: number, incidents: readonly number[]): Promise<void> {
  await tx.query('insert into slack_story (message, incident) select $1, unnest($2::bigint[])', [message, incidents])
}
