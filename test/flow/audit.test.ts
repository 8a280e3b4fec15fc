import { afterEach, describe, expect, it } from 'vitest'
import { audit } from '../../src/ledger/audit.ts'
import type { Database } from '../../src/ledger/database.ts'
import { openStory, type Story } from './story.ts'

let story: Story
afterEach(() => story.close())

/** An hour later: nothing counts as still under way. */
const later = () => new Date(story.clock.now().getTime() + 3_600_000)
/** As somebody with rights on the database could, past the triggers. */
const tamper = (statement: string) =>
  story.db.query(`set session_replication_role = replica; ${statement}; set session_replication_role = default`)

async function wholeStory(): Promise<void> {
  story = await openStory({ steps: [{}, { mode: 'approve' }] })
  story.world.recovered = false
  await story.deliver({ alertname: 'Ill' })
  await story.advance('1m')
  await story.deliver({ alertname: 'Unheard-of' })
  await story.store([], 'not a list')
  await story.intake()
  await story.advance('20m')
}

describe('audit', () => {
  it('finds nothing wrong with a story that was told in full', async () => {
    await wholeStory()
    const report = await audit(story.db, later())
    expect(report.breaches).toEqual([])
    expect(report).toMatchObject({ incidents: 3, runs: 1, notifications: 3 })
    expect(report.entries).toBeGreaterThan(10)
  })

  it.each([
    [
      'an entry that was changed',
      `update entry set payload = (replace(payload::text, 'Ill', 'Well'))::json where kind = 'incident.opened'`,
      0,
    ],
    ['an entry that was taken out', `delete from entry where kind = 'plan.made'`, 0],
    ['the end of a chain that was cut off', 'delete from entry where (chain, seq) in (select id, seq from chain)', 0],
    ['a notification that was never decided', 'update notification set decided_at = null', 1],
    [
      'an incident without a decision',
      `insert into incident (id, source, fingerprint, severity, state, labels, annotations, starts_at, opened_at, last_seen_at) values (99, 's', 'f', 'P2', 'closed', '{}', '{}', now(), now(), now())`,
      1,
    ],
    ['a run that no decision allows', `update remediation set mode = 'approve' where id = 1`, 2],
    [
      'a second start of what is not idempotent',
      `update entry set payload = replace(payload::text, '"idempotent":true', '"idempotent":false')::json where kind = 'run.started'; insert into entry (chain, seq, at, kind, payload, hash) select 9, 1, at, kind, payload, hash from entry where kind = 'run.started'`,
      3,
    ],
    ['an open incident that nobody will hear of', 'delete from escalation', 4],
    ['a page that is overdue', `update escalation set state = 'pending', due_at = now() - interval '10 years'`, 4],
  ])('finds %s', async (_title, statement, promise) => {
    await wholeStory()
    await tamper(statement)
    const { breaches } = await audit(story.db, later())
    expect(breaches.map((breach) => breach.promise)).toContain(promise)
  })

  it('takes nothing for a breach that a running service writes between two of its questions', async () => {
    story = await openStory()
    await story.deliver({ alertname: 'Ill' })
    let questions = 0
    const busy: Database = {
      ...story.db,
      transaction: (work) =>
        story.db.transaction((tx) =>
          work({
            query: async (text, values) => {
              const answer = await tx.query(text, values)
              // More of the same story, and a new one, after whatever was just read.
              await story.store([
                { labels: { alertname: 'Ill' } },
                { labels: { alertname: 'Ill', part: String(questions++) } },
              ])
              await story.intake()
              return answer as never
            },
          }),
        ),
    }
    expect((await audit(busy, story.clock.now())).breaches).toEqual([])
    expect(questions).toBeGreaterThan(3)
  })

  it('keeps entries as they are: the database refuses update, delete and truncate', async () => {
    await wholeStory()
    for (const statement of ['update entry set kind = kind', 'delete from entry', 'truncate entry']) {
      await expect(story.db.query(statement)).rejects.toThrow('append-only')
    }
  })
})
