import { describe, expect, it } from 'vitest'
import type { StoryEntry } from '../../../src/ask/messages/story.ts'
import { threadReplies } from '../../../src/ask/messages/thread-replies.ts'
import type { EntryKind } from '../../../src/domain/entry.ts'

const at = new Date('2026-03-02T03:04:00Z')
const ana = { kind: 'person', name: 'ana' } as const
const us = { kind: 'system', name: 'nightshift' } as const

function entry(seq: number, kind: EntryKind, data: StoryEntry['data'] = {}, by: StoryEntry['by'] = us): StoryEntry {
  return { seq, at, kind, by, data }
}

describe('one entry, one reply', () => {
  it.each([
    [
      entry(1, 'approval.refused', { why: 'ana is not among the approvers of this rule' }, ana),
      ':no_entry: Refused, `ana`: `ana is not among the approvers of this rule`',
    ],
    [entry(1, 'approval.given', { given: 1, needed: 2 }, ana), '`ana` approved (`1` of `2`)'],
    [entry(1, 'run.started', { number: 1, handler: 'a/b', target: 'db' }), 'Run `1` of `a/b` on `db` began'],
    [
      entry(1, 'run.ended', { number: 1, outcome: 'done', result: { ended: 2 }, error: null }),
      'Run `1` ended, `done`: `{"ended":2}`',
    ],
    [
      entry(1, 'run.ended', { number: 1, outcome: 'failed', result: null, error: 'no' }),
      ':warning: Run `1` ended, `failed`: `no`',
    ],
    [entry(1, 'verification.checked', { recovered: true, evidence: 'it is well' }), 'Verified: `it is well`'],
    [
      entry(1, 'verification.checked', { recovered: false, evidence: 'it is ill' }),
      ':warning: Not verified: `it is ill`',
    ],
    [
      entry(1, 'remediation.moved', { to: 'cancelled', reason: 'void: the plan has changed' }),
      'Withdrawn: `void: the plan has changed`',
    ],
  ])('says what happened: $0.kind', (told, text) => {
    expect(threadReplies([told])).toMatchObject([{ message: { text }, upTo: 1 }])
  })
})

it('says nothing of what the message itself shows', () => {
  const quiet = (['incident.opened', 'alert.repeated', 'approval.requested', 'escalation.held'] as const).map(
    (kind, seq) => entry(seq, kind),
  )
  expect(threadReplies([...quiet, entry(9, 'remediation.moved', { to: 'queued' })])).toEqual([])
})

it('shows a long diagnosis over several blocks, and counts the rows that do not fit', () => {
  const rows = Array.from({ length: 400 }, (_, pid) => [pid, 'app', 'x'.repeat(40)])
  const finding = { handler: 'a/b', target: 'db', summary: 'many', columns: ['pid', 'user', 'query'], rows }
  const [reply] = threadReplies([entry(3, 'diagnosis.attached', { finding })])
  const text = JSON.stringify(reply?.message.blocks)
  expect(text.match(/\bpid\b/g)).toHaveLength(1)
  const shown = text.match(/x{40}/g)?.length ?? 0
  expect(shown).toBeGreaterThan(150)
  expect(text).toContain(`… and ${400 - shown} more`)
})

it('tells the whole plan when the message has room for a part of it only', () => {
  const items = Array.from({ length: 30 }, (_, at) => `session ${at}`)
  expect(JSON.stringify(threadReplies([entry(1, 'plan.made', { items })]))).toContain('session 29')
  expect(threadReplies([entry(1, 'plan.made', { items: items.slice(0, 10) })])).toEqual([])
})

it('catches up with a long absence in one reply, in order', () => {
  const missed = Array.from({ length: 8 }, (_, at) => entry(at + 1, 'approval.refused', { why: `no. ${at + 1}` }, ana))
  const replies = threadReplies(missed)
  expect(replies).toHaveLength(1)
  expect(replies[0]?.upTo).toBe(8)
  expect(replies[0]?.message.text.split('\n').map((line) => line.replace(/.*(no\. \d).*/, '$1'))).toEqual(
    Array.from({ length: 8 }, (_, at) => `no. ${at + 1}`),
  )
})
