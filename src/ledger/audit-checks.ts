/** Something that should not be: which promise it breaks, on what, and how. Promise 0 is the chain of hashes itself. */
export type Breach = { promise: 0 | 1 | 2 | 3 | 4; subject: string; detail: string }

/** One question to the ledger: each `id` that it returns is a breach. `$1` is the time before which nothing may be under way. */
export type Check = { promise: Breach['promise']; subject: string; detail: string; sql: string }

/** The remediation that an entry is about. */
const ABOUT = "(payload->'data'->>'remediation')::bigint"

/** What the four promises mean in rows. */
export const CHECKS: readonly Check[] = [
  {
    promise: 1,
    subject: 'notification',
    detail: 'was accepted and not decided',
    sql: 'select id from notification where decided_at is null and received_at < $1',
  },
  {
    promise: 1,
    subject: 'incident',
    detail: 'has no recorded decision',
    sql: `select id from incident where not exists (
            select 1 from entry where chain = incident.id
               and kind in ('decision.made', 'incident.closed', 'notification.quarantined'))`,
  },
  {
    promise: 2,
    subject: 'remediation',
    detail: 'ran by itself without a decision that allows it',
    sql: `select distinct remediation.id from run join remediation on remediation.id = run.remediation
           where mode = 'auto' and not exists (
             select 1 from entry where chain = coalesce(incident, 0) and kind = 'decision.made'
                and ${ABOUT} = remediation.id and payload->'data'->>'outcome' = 'act')`,
  },
  {
    promise: 2,
    subject: 'remediation',
    detail: 'ran without the approvals that it needs',
    sql: `select distinct remediation.id from run join remediation on remediation.id = run.remediation
            left join approval on approval.remediation = remediation.id
           where mode <> 'auto' and (approval.remediation is null or approval.needed > (
             select count(distinct payload->'actor'->>'name') from entry
              where chain = coalesce(incident, 0) and kind = 'approval.given' and at <= run.started_at
                and ${ABOUT} = remediation.id and payload->'data'->>'digest' = approval.digest))`,
  },
  {
    promise: 3,
    subject: 'remediation',
    detail: 'is not idempotent and was started more often than somebody found that it had not happened',
    sql: `select id from (
            select ${ABOUT} as id, count(*) filter (where kind = 'run.started') as starts,
                   count(*) filter (where kind = 'remediation.moved' and payload->'data'->>'from' = 'unknown'
                                      and payload->'data'->>'to' = 'queued') as leave,
                   bool_or(payload->'data'->>'idempotent' = 'false') as once
              from entry where kind in ('run.started', 'remediation.moved') group by 1) as told
           where once and starts > leave + 1`,
  },
  {
    promise: 4,
    subject: 'incident',
    detail: 'is open, and nobody is or will be told',
    sql: `select id from incident where state = 'open' and opened_at < $1 and not exists (
            select 1 from escalation where incident = incident.id
               and state in ('pending', 'paging', 'acknowledged', 'exhausted'))`,
  },
  {
    promise: 4,
    subject: 'incident',
    detail: 'has a page that is overdue',
    sql: "select incident as id from escalation where state = 'pending' and due_at < $1",
  },
]
