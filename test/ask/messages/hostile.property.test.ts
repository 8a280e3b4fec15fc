import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Message } from '../../../src/ask/messages/block.ts'
import { groupedMessage } from '../../../src/ask/messages/grouped-message.ts'
import { incidentMessage } from '../../../src/ask/messages/incident-message.ts'
import type { Story, StoryEntry, StoryRemediation } from '../../../src/ask/messages/story.ts'
import { groupReply, threadReplies } from '../../../src/ask/messages/thread-replies.ts'
import type { EntryKind } from '../../../src/domain/entry.ts'
import { REMEDIATION_STATES } from '../../../src/domain/remediation.ts'
import { ALL_TEXTS, lengthOfTexts, MessageBlocks } from '../../support/fake-slack/blocks.ts'
import { buttonsOf, markupOf } from './read-message.ts'
import { SETTING, tale } from './tales.ts'

/** Stands in every hostile text, so that data is found wherever it came out. */
const MARK = 'ZQX'
const PIECES = [
  '<!channel>',
  '<!here|x>',
  '<@U0EXAMPLE1>',
  '<#C0NIGHT>',
  '<https://evil.example|Approve>',
  '<!date^0^{date}|x>',
  '@channel',
  '`',
  '```',
  '*',
  '_',
  '~',
  '&',
  '&lt;!everyone&gt;',
  '>',
  '\n',
  '\r\n',
  '\u2028',
  '\t',
  '  ',
  '\0',
  '\u001b[31m',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ud800',
  '\u{1F4A5}',
  '{"incident":1}',
  ':rotating_light:',
  '&'.repeat(400),
  'x'.repeat(5000),
  MARK,
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 12 })
  .map((all) => all.join('') + MARK)
const few = fc.array(hostile, { maxLength: 40 })
const labels = fc
  .dictionary(hostile, hostile, { maxKeys: 30 })
  .chain((found) => hostile.map((alertname) => ({ ...found, alertname, summary: alertname })))
const date = fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const remediation: fc.Arbitrary<StoryRemediation> = fc.record({
  id: fc.nat(),
  handler: hostile,
  target: hostile,
  params: fc.dictionary(hostile, hostile, { maxKeys: 5 }),
  mode: fc.constantFrom('auto', 'approve', 'approve-two'),
  state: fc.constantFrom(...REMEDIATION_STATES),
  reason: hostile,
  plan: maybe(few),
  findings: fc.array(
    fc.record({
      handler: hostile,
      target: hostile,
      summary: hostile,
      columns: few,
      rows: fc.array(few, { maxLength: 30 }),
    }),
    { maxLength: 6 },
  ),
  approval: maybe(
    fc.record({
      digest: fc.constant('a'.repeat(64)),
      needed: fc.constantFrom(1, 2),
      given: few,
      expiresAt: date,
      deniedBy: maybe(hostile),
      deniedReason: maybe(hostile),
    }),
  ),
  runs: fc.array(
    fc.record({
      number: fc.nat(),
      startedAt: date,
      endedAt: maybe(date),
      outcome: fc.constant(null),
      error: maybe(hostile),
    }),
    { maxLength: 3 },
  ),
  updatedAt: date,
  verifyUntil: maybe(date),
})
const story: fc.Arbitrary<Story> = fc.record({
  incident: maybe(fc.nat()),
  requestedBy: maybe(hostile),
  system: maybe(hostile),
  rule: maybe(hostile),
  severity: fc.constantFrom('P1', 'SEC'),
  open: fc.boolean(),
  labels,
  annotations: labels,
  startsAt: date,
  endedAt: maybe(date),
  repeats: fc.nat(),
  escalation: maybe(
    fc.record({
      state: fc.constantFrom('pending', 'paging', 'acknowledged', 'exhausted'),
      reason: hostile,
      level: fc.nat(),
      dueAt: maybe(date),
    }),
  ),
  remediations: fc.array(remediation, { maxLength: 5 }),
  deeds: fc.array(
    fc.record({
      kind: fc.constantFrom<EntryKind[]>(
        'approval.given',
        'incident.closed',
        'escalation.acknowledged',
        'silence.created',
      ),
      remediation: fc.constant(null),
      by: hostile,
      at: date,
      until: maybe(date),
    }),
    { maxLength: 3 },
  ),
})
const KINDS: EntryKind[] = [
  'approval.refused',
  'approval.given',
  'run.started',
  'run.ended',
  'verification.checked',
  'remediation.moved',
  'decision.made',
  'incident.closed',
  'silence.created',
  'plan.made',
  'diagnosis.attached',
  'escalation.due',
]
const entry: fc.Arbitrary<StoryEntry> = fc.record({
  seq: fc.nat(),
  at: date,
  kind: fc.constantFrom(...KINDS),
  by: fc.record({ kind: fc.constantFrom('person', 'system'), name: hostile }),
  data: fc.record({
    why: hostile,
    reason: hostile,
    detail: hostile,
    error: hostile,
    evidence: hostile,
    outcome: fc.constant('hand-over'),
    to: fc.constantFrom('denied', 'cancelled'),
    items: few,
    finding: fc.record({
      handler: hostile,
      target: hostile,
      summary: hostile,
      columns: few,
      rows: fc.array(few, { maxLength: 60 }),
    }),
  }),
})
const setting = fc
  .record({
    publicUrl: fc.constantFrom(null, 'https://night.example/base/'),
    runbook: maybe(hostile),
    danger: maybe(hostile),
  })
  .map(({ publicUrl, runbook, danger }) => ({
    publicUrl,
    runbookOf: () => runbook,
    dangerOf: () => danger,
  }))

/**
 * The only markup in angle brackets that we write: a time, a link under our own address, and the link that the policy itself
 * names as the runbook, each with our own words.
 */
const OURS =
  /<(?:!date\^-?\d+\^\{date_short_pretty\} \{time_secs\}\|[-\d: ]+ UTC|https:\/\/night\.example\/[^|<>`\s]*\|(?:Incident|Remediation) \d+|https?:\/\/[^|<>`\s]+\|Runbook)>/g

function expectHarmless(message: Message): void {
  MessageBlocks.parse(message.blocks)
  expect(lengthOfTexts(message.blocks)).toBeLessThanOrEqual(ALL_TEXTS)
  expect(message.text.length).toBeLessThanOrEqual(4000)
  for (const text of markupOf(message)) {
    const withoutOurs = text.replace(OURS, '')
    expect(withoutOurs).not.toMatch(/[<>]/)
    expect(withoutOurs).not.toMatch(/&(?!amp;|lt;|gt;)/)
    // What Slack would read as our words, once all code is taken out: no data, and no fence left open.
    const words = withoutOurs.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]+`/g, '')
    expect(words).not.toContain(MARK)
    expect(words).not.toMatch(/[`\0\u202e\u2066\u200b]/)
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  }
  for (const block of message.blocks) if (block.type === 'header') expect(block.text.text).not.toMatch(/[<>\n\p{Cf}]/u)
  for (const button of buttonsOf(message)) expect(button.value).not.toContain(MARK)
}

it('lets nothing in a story become markup, nor break a limit of Slack', () => {
  fc.assert(
    fc.property(story, setting, (told, given) => expectHarmless(incidentMessage(told, given))),
    { numRuns: 300 },
  )
})

it('lets nothing in a storm become markup, nor break a limit of Slack', () => {
  const stories = fc.array(story, { maxLength: 30 })
  fc.assert(
    fc.property(stories, setting, (told, given) => expectHarmless(groupedMessage(told, given).message)),
    { numRuns: 60 },
  )
})

it('lets nothing in an entry become markup, nor break a limit of Slack', () => {
  const entries = fc.array(entry, { maxLength: 12 })
  const check = (told: StoryEntry[]) => {
    for (const { message } of threadReplies(told)) expectHarmless(message)
    const reply = groupReply(told.map((one) => ({ ...one, incident: 1 })))
    if (reply !== null) expectHarmless(reply)
  }
  fc.assert(fc.property(entries, check), { numRuns: 200 })
})

it('shows every waiting remediation that the buttons of a storm stand for', () => {
  const many = fc.array(fc.tuple(hostile, few), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(many, (all) => {
      const stories = all.map(([target, plan], at) =>
        tale({
          incident: 1000 + at,
          remediations: [{ ...tale().remediations[0], id: 2000 + at, target, plan } as StoryRemediation],
        }),
      )
      const { message, batch } = groupedMessage(stories, SETTING)
      const listed = markupOf(message).join('\n')
      expect(batch?.shown).toHaveLength(Math.min(20, all.length))
      for (const { remediation: id } of batch?.shown ?? []) expect(listed).toContain(`|Incident ${id - 1000}>`)
    }),
    { numRuns: 60 },
  )
})
