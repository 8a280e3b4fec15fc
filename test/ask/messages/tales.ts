import type { MessageSetting, Story, StoryRemediation } from '../../../src/ask/messages/story.ts'

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 3, minutes))
export const SETTING: MessageSetting = {
  publicUrl: 'https://night.example',
  dangerOf: () => 'disruptive',
  runbookOf: (_, rule) => (rule === null ? null : 'docs/runbooks/fluxbase.md#pool'),
}

const WAITING: StoryRemediation = {
  id: 12,
  handler: 'postgres/terminate-long-queries',
  target: 'fluxbase/db',
  params: { longerThan: '5m', atMost: 5 },
  mode: 'approve',
  state: 'awaiting_approval',
  reason: 'approve',
  plan: [
    'pid 71, app (web): active since 2026-03-02T02:51:00Z: select 1',
    'pid 72, app: active since 2026-03-02T02:52:00Z',
  ],
  findings: [
    {
      handler: 'postgres/connections-by-state',
      target: 'db',
      summary: '97 of 100 connections in use',
      columns: ['state', 'user', 'sessions'],
      rows: [
        ['active', 'app', 71],
        ['idle in transaction', 'größe', 26],
      ],
    },
  ],
  approval: { digest: 'd'.repeat(64), needed: 1, given: [], expiresAt: at(15), deniedBy: null, deniedReason: null },
  runs: [],
  updatedAt: at(2),
  verifyUntil: null,
}

const OPEN: Story = {
  incident: 7,
  requestedBy: null,
  system: 'fluxbase',
  rule: 'connection-pool-exhausted',
  severity: 'P2',
  open: true,
  labels: { alertname: 'ConnectionPoolExhausted', instance: 'db-1:9187', severity: 'warning' },
  annotations: { summary: '98 of 100 connections are in use' },
  startsAt: at(0),
  endedAt: null,
  repeats: 0,
  escalation: { state: 'pending', reason: 'not-fixed-in-time', level: 0, dueAt: at(10) },
  remediations: [WAITING],
  deeds: [],
}

/** The example story, with what differs. */
export function tale(story: Partial<Story> = {}, remediation: Partial<StoryRemediation> = {}): Story {
  return { ...OPEN, remediations: [{ ...WAITING, ...remediation }], ...story }
}

const approval = WAITING.approval
const given = approval && { ...approval, given: ['ana'] }
const approved = [{ kind: 'approval.given', remediation: 12, by: 'ana', at: at(4), until: null }] as const
const run = { number: 1, startedAt: at(4), endedAt: null, outcome: null, error: null }
const ENDED = { ...run, endedAt: at(5), outcome: 'done' } as const

/** The main turns of a story, by name. */
export const TALES: Readonly<Record<string, Story>> = {
  proposed: tale({}, { state: 'proposed', plan: null, findings: [], approval: null }),
  waiting: tale(),
  'waiting-for-the-second': tale(
    { deeds: [...approved] },
    { mode: 'approve-two', approval: given && { ...given, needed: 2 } },
  ),
  running: tale({ deeds: [...approved] }, { state: 'running', approval: given, runs: [run] }),
  verifying: tale({ deeds: [...approved] }, { state: 'verifying', approval: given, runs: [ENDED], verifyUntil: at(7) }),
  succeeded: tale({ deeds: [...approved] }, { state: 'succeeded', approval: given, runs: [ENDED], updatedAt: at(6) }),
  denied: tale(
    {},
    {
      state: 'denied',
      approval: approval && { ...approval, deniedBy: 'bob', deniedReason: 'these are reports' },
      updatedAt: at(4),
    },
  ),
  expired: tale(
    { escalation: { state: 'paging', reason: 'nobody decided in time', level: 1, dueAt: null } },
    { state: 'expired', updatedAt: at(15) },
  ),
  'second-step': tale({
    remediations: [
      { ...WAITING, id: 11, mode: 'auto', state: 'ineffective', approval: null, updatedAt: at(1) },
      { ...WAITING, findings: [] },
    ],
  }),
  unmatched: tale({
    system: null,
    rule: null,
    remediations: [],
    escalation: { state: 'acknowledged', reason: 'no-rule', level: 1, dueAt: null },
    deeds: [{ kind: 'escalation.acknowledged', remediation: null, by: 'ana', at: at(3), until: null }],
  }),
  silenced: tale({
    deeds: [{ kind: 'silence.created', remediation: null, by: 'ana', at: at(3), until: at(63) }],
  }),
  'by-hand': tale({
    incident: null,
    requestedBy: 'ana',
    rule: null,
    severity: 'P4',
    labels: {},
    annotations: {},
    escalation: null,
  }),
  resolved: tale(
    {
      open: false,
      endedAt: at(8),
      deeds: [...approved],
      escalation: { state: 'resolved', reason: '', level: 0, dueAt: null },
    },
    { state: 'succeeded', approval: given, runs: [ENDED], updatedAt: at(6) },
  ),
}
