import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { createSlackLedger, type SlackLedger } from '../../src/ledger/slack-ledger.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let db: Database
let slack: SlackLedger
beforeEach(async () => {
  database = await createDatabase()
  db = openDatabase(database.url)
  await migrate(db)
  slack = createSlackLedger(db)
})
afterEach(async () => {
  await db.close()
  await database.drop()
})

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 3, minutes))

async function openIncident(id: number, rule: string | null, escalation: string | null = null): Promise<void> {
  await db.query(
    `insert into incident (id, source, fingerprint, system, rule, severity, state, labels, annotations, starts_at, opened_at, last_seen_at)
     values ($1::bigint, 'alertmanager', 'f' || $1::bigint, 'shop', $2, 'P2', 'open', '{}', '{}', $3, $3, $3)`,
    [id, rule, at(0)],
  )
  await db.query("insert into chain values ($1, 1, 'x')", [id])
  if (escalation !== null)
    await db.query(
      "insert into escalation (incident, severity, reason, state, created_at, updated_at) values ($1, 'P2', 'no-rule', $2, $3, $3)",
      [id, escalation, at(0)],
    )
}

async function makeMessage(incident: number): Promise<void> {
  await slack.insertMessage(
    { channel: '#ops', system: 'shop', rule: 'ill', grouped: false, incidents: [incident], byHand: null },
    at(0),
  )
}

it('takes a signed request once, also when it comes fifty times at the same moment', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => slack.firstSeen('a', at(0))))
  expect(answers.filter((first) => first)).toHaveLength(1)
  expect(await slack.firstSeen('b', at(0))).toBe(true)
})

it('forgets a signature only when Slack would be refused for its age anyway', async () => {
  await slack.firstSeen('a', at(0))
  expect(await slack.firstSeen('a', at(10))).toBe(false)
  await slack.firstSeen('b', at(11))
  expect(await slack.firstSeen('a', at(12))).toBe(true)
})

it('finds what Slack should know of: incidents with a rule, or with a person who is told', async () => {
  await openIncident(1, 'ill')
  await openIncident(2, null, 'pending')
  await openIncident(3, null, 'paging')
  await openIncident(4, 'ill')
  await makeMessage(4)
  const untold = await slack.untoldIncidents(at(1), 10)
  expect(untold.map(({ incident }) => incident)).toEqual([1, 3])
})

it('still tells an incident that opened and closed unseen when something was planned in it, for a quarter of an hour', async () => {
  for (const id of [1, 2]) await openIncident(id, 'ill')
  await db.query("update incident set state = 'closed'")
  await db.query(
    `insert into remediation (incident, system, rule, step_index, step, rule_snapshot, policy_hash, target, handler, mode, state, reason, plan, created_at, updated_at)
     values (2, 'shop', 'ill', 0, '{}', '{}', 'h', 'shop/db', 'test/fix', 'auto', 'succeeded', 'verified', '["one"]', $1, $1)`,
    [at(0)],
  )
  expect((await slack.untoldIncidents(at(1), 10)).map(({ incident }) => incident)).toEqual([2])
  expect(await slack.untoldIncidents(at(20), 10)).toEqual([])
})

it('gives a moved message to one publisher only, until its lease runs out', async () => {
  await openIncident(1, 'ill')
  await makeMessage(1)
  const taken = await Promise.all([slack.takeMovedMessage(at(1), at(2)), slack.takeMovedMessage(at(1), at(2))])
  expect(taken.filter((message) => message !== null)).toHaveLength(1)
  expect(await slack.takeMovedMessage(at(1), at(2))).toBeNull()
  expect(await slack.takeMovedMessage(at(2), at(3))).toMatchObject({
    ts: null,
    stories: [{ incident: 1, headSeq: 1, seenSeq: 0, threadPosition: 0 }],
  })
})

it('writes nothing for a publisher whose lease has gone to another', async () => {
  await openIncident(1, 'ill')
  await makeMessage(1)
  const late = await slack.takeMovedMessage(at(1), at(2))
  const next = await slack.takeMovedMessage(at(2), at(4))
  if (late === null || next === null) throw new Error('nothing was taken')
  await slack.recordShown(late, { channel: 'C1', ts: 'late', hash: 'late' }, at(3))
  await slack.recordTold(late, null, at(3))
  await slack.recordFailure(late, 'late', at(9), at(3))
  const { rows } = await db.query(
    'select ts, error, seen_seq from slack_message join slack_story on message = slack_message.id',
  )
  expect(rows).toEqual([{ ts: null, error: null, seen_seq: 0 }])
  await slack.recordShown(next, { channel: 'C1', ts: 'next', hash: 'next' }, at(3))
  await slack.recordTold(next, null, at(3))
  expect(await slack.takeMovedMessage(at(9), at(10))).toBeNull()
  await db.query('update chain set seq = 2')
  expect(await slack.takeMovedMessage(at(9), at(10))).toMatchObject({ ts: 'next', channel: 'C1', renderedHash: 'next' })
})

it('remembers exactly what the buttons of a grouped message stand for', async () => {
  const shown = [{ remediation: 7, digest: 'd' }]
  await slack.insertBatch('b', shown, at(0))
  await slack.insertBatch('b', [{ remediation: 8, digest: 'e' }], at(1))
  expect(await slack.findBatch('b')).toEqual(shown)
  expect(await slack.findBatch('c')).toBeNull()
})
