import { afterEach, beforeEach, expect, it } from 'vitest'
import { approve } from '../../src/flow/approve.ts'
import { openPublishing, type Publishing } from './publishing.ts'

let publishing: Publishing
beforeEach(async () => {
  publishing = await openPublishing({ steps: [{ mode: 'approve' }] })
})
afterEach(() => publishing.close())

/** As many incidents of one rule as asked for, each with a remediation of the same number that waits. */
async function wait(from: number, to: number): Promise<void> {
  const { story } = publishing
  await story.db.query(
    `with incidents as (
       insert into incident (id, source, fingerprint, system, rule, severity, state, labels, annotations, starts_at, opened_at, last_seen_at)
       select n, 'alertmanager', n::text, 'shop', 'ill', 'P2', 'open', '{"alertname":"Ill"}', '{}', $3, $3, $3 from generate_series($1::int, $2::int) n returning id),
     chains as (insert into chain (id, seq, hash) select n, 0, '' from generate_series($1::int, $2::int) n),
     remediations as (
       insert into remediation (id, incident, system, rule, step_index, step, rule_snapshot, policy_hash, target, handler, mode, state, reason, plan, created_at, updated_at)
       select n, n, 'shop', 'ill', 0, '{"params":{},"handler":"test/fix","target":"db"}', '{"approvers":["@oncall"],"name":"ill"}', 'set-1', 'shop/db-' || n, 'test/fix', 'approve',
              'awaiting_approval', 'approve', '["session 1"]', $3, $3 from generate_series($1::int, $2::int) n)
     select 1`,
    [from, to, story.clock.now()],
  )
  await story.db.query(
    `insert into approval (remediation, digest, needed, expires_at, created_at)
     select n, lpad(n::text, 64, '0'), 1, $3::timestamptz + interval '10 minutes', $3 from generate_series($1::int, $2::int) n`,
    [from, to, story.clock.now()],
  )
  await story.ledger.appendEntries(
    Array.from({ length: to - from + 1 }, (_, at) => ({
      chain: from + at,
      at: story.clock.now(),
      kind: 'approval.requested' as const,
      actor: { kind: 'system' as const, name: 'nightshift' },
      data: { remediation: from + at },
    })),
  )
}

const batchIn = (message: unknown): string | undefined =>
  JSON.stringify(message).match(/(?<=batch\\+":\\+")[0-9a-f]+/)?.[0]

it('tells two hundred approvals of one rule in one message, whose buttons stand for the twenty that it lists', async () => {
  await wait(1, 200)
  await publishing.publish()
  expect(publishing.messages()).toHaveLength(1)
  const [message] = publishing.messages()
  expect(JSON.stringify(message?.blocks)).toContain('and 180 more')
  const batch = await publishing.ledger.findBatch(batchIn(message) ?? '')
  expect(batch).toEqual(
    Array.from({ length: 20 }, (_, at) => ({ remediation: at + 1, digest: String(at + 1).padStart(64, '0') })),
  )
})

it('lets what comes within the minute join the storm, and edits its message', async () => {
  await wait(1, 50)
  await publishing.publish()
  publishing.story.clock.advance('20s')
  await wait(51, 60)
  await publishing.publish()
  expect(publishing.messages()).toMatchObject([{ text: expect.stringContaining('*60* wait for approval'), edits: 1 }])
  publishing.story.clock.advance('1m')
  await wait(61, 62)
  await publishing.publish()
  expect(publishing.messages()).toHaveLength(3)
})

it('shows the next ones when listed ones are decided, and still knows what the old buttons stood for', async () => {
  await wait(1, 30)
  await publishing.publish()
  const before = batchIn(publishing.messages()[0]) ?? ''
  for (const id of [1, 2]) await approve(publishing.story.deps, id, 'alice')
  await publishing.publish()
  const after = batchIn(publishing.messages()[0]) ?? ''
  expect((await publishing.ledger.findBatch(after))?.map(({ remediation }) => remediation)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 3),
  )
  expect((await publishing.ledger.findBatch(before))?.[0]).toEqual({ remediation: 1, digest: '1'.padStart(64, '0') })
})

it('tells refused clicks on a storm in its thread', async () => {
  await wait(1, 30)
  await publishing.publish()
  await approve(publishing.story.deps, 3, 'mallory')
  await publishing.publish()
  expect(publishing.replies()).toEqual([expect.stringMatching(/Incident 3: :no_entry: Refused, `mallory`/)])
})
