import type { Db } from '../../src/ledger/database.ts'

/** What still has to happen, or can never happen any more, in words; nothing when every story has ended. */
export async function unsettled(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ what: string }>(
    `select 'notification ' || id || ' is not decided' as what from notification where decided_at is null
     union all
     select 'remediation ' || remediation || ' is owed a ring' from outbox
     union all
     select 'remediation ' || id || ' stands in ' || state from remediation
      where state in ('proposed', 'awaiting_approval', 'queued', 'running', 'verifying')
     union all
     select 'remediation ' || id || ' is in doubt, and nobody was told' from remediation
      where state in ('unknown', 'ineffective') and not (wake_at is null and (
        exists (select 1 from escalation where escalation.incident = remediation.incident
                 and escalation.state in ('paging', 'acknowledged', 'exhausted'))
        or exists (select 1 from incident where incident.id = remediation.incident and incident.state = 'closed')))`,
  )
  return rows.map(({ what }) => what)
}
