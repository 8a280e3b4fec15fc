import { expect } from 'vitest'
import type { RemediationState } from '../../src/domain/remediation.ts'
import { audit, type Breach } from '../../src/ledger/audit.ts'
import type { Database, Db } from '../../src/ledger/database.ts'
import type { Episode } from './episode.ts'
import { eventually } from './lane.ts'

/** What the ledger tells of one alert. */
export type ToldStory = {
  incidents: number
  decisions: number
  runs: number
  states: RemediationState[]
  /** Every remediation has ended, or is left to a person who was told; nothing is owed to the queue. */
  over: boolean
}

const ENDED = ['suppressed', 'denied', 'expired', 'cancelled', 'succeeded', 'rolled_back']

/** Reads the story of an alert by its fingerprint, from the rows and not from what the code says of them. */
export async function toldStory(db: Db, fingerprint: string): Promise<ToldStory> {
  const { rows } = await db.query<ToldStory>(
    `with told as (select id from incident where fingerprint = $1),
          done as (select * from remediation where incident in (select id from told)),
          left_to_person as (select 1 from escalation where incident in (select id from told)
            and state in ('paging', 'acknowledged', 'exhausted'))
     select (select count(*)::int from told) as incidents,
            (select count(*)::int from entry where kind = 'decision.made' and chain in (select id from told)) as decisions,
            (select count(*)::int from run where remediation in (select id from done)) as runs,
            (select coalesce(json_agg(state order by id), '[]') from done) as states,
            exists (select 1 from told)
              and not exists (select 1 from outbox where remediation in (select id from done))
              and not exists (select 1 from done where state <> all($2)
                and not (state in ('unknown', 'ineffective') and wake_at is null and exists (select 1 from left_to_person)))
              as over`,
    [fingerprint, ENDED],
  )
  return rows[0] as ToldStory
}

/** Waits until the story of an alert is over, and returns it. */
export function storyWhenOver(db: Db, { name, fingerprint }: Episode): Promise<ToldStory> {
  return eventually(async () => {
    const story = await toldStory(db, fingerprint)
    expect(story, name).toMatchObject({ over: true })
    return story
  })
}

/** Breaches of the promises, judged as if all that is left had had two minutes to end: nothing is excused as under way. */
export async function breachesOf(db: Database): Promise<Breach[]> {
  return (await audit(db, new Date(Date.now() + 120_000))).breaches
}
