import type { Labels } from '../../domain/alert.ts'
import type { EntryKind } from '../../domain/entry.ts'
import type { Json, Mode } from '../../domain/policy.ts'
import type { RemediationState } from '../../domain/remediation.ts'
import type { RunOutcome } from '../../domain/run.ts'
import type { Severity } from '../../domain/severity.ts'

/** What a read-only handler found. */
export type Finding = {
  handler: string
  target: string
  summary: string
  columns: readonly string[]
  rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** The yes that is waited for, or was given. */
export type StoryApproval = {
  digest: string
  needed: number
  given: readonly string[]
  expiresAt: Date
  deniedBy: string | null
  deniedReason: string | null
}

export type StoryRun = {
  number: number
  startedAt: Date
  endedAt: Date | null
  outcome: RunOutcome | null
  error: string | null
}

/** One step taken for the incident, with all that a message shows of it. */
export type StoryRemediation = {
  id: number
  handler: string
  /** `<system>/<target>` */
  target: string
  params: Readonly<Record<string, Json>>
  mode: Mode
  state: RemediationState
  reason: string
  plan: readonly string[] | null
  findings: readonly Finding[]
  approval: StoryApproval | null
  runs: readonly StoryRun[]
  updatedAt: Date
  verifyUntil: Date | null
}

/** What a person did, and when; read from the entries. `until` is the end of a silence. */
export type StoryDeed = { kind: EntryKind; remediation: number | null; by: string; at: Date; until: Date | null }

export type StoryEscalation = {
  state: 'pending' | 'paging' | 'acknowledged' | 'resolved' | 'exhausted'
  reason: string
  level: number
  dueAt: Date | null
}

/** One incident as Slack tells it, or a run that a person asked for by hand. */
export type Story = {
  /** Null for a run by hand. */
  incident: number | null
  /** Who asked for a run by hand. */
  requestedBy: string | null
  system: string | null
  rule: string | null
  severity: Severity
  open: boolean
  labels: Labels
  annotations: Labels
  startsAt: Date
  endedAt: Date | null
  repeats: number
  /** Null: no deadline was ever set. */
  escalation: StoryEscalation | null
  /** Oldest first. */
  remediations: readonly StoryRemediation[]
  deeds: readonly StoryDeed[]
}

/** An entry of an incident's chain, for its thread. */
export type StoryEntry = {
  seq: number
  at: Date
  kind: EntryKind
  by: { kind: 'rule' | 'person' | 'system'; name: string }
  data: Readonly<Record<string, Json>>
}

/** What messages need to know beside the story. */
export type MessageSetting = {
  /** Address of this service in links; null: no links. */
  publicUrl: string | null
  /** What a handler may break, in the words of its file; null: the handler is gone. */
  dangerOf: (handler: string) => string | null
  /** What the policy in force names as the runbook of a rule. */
  runbookOf: (system: string | null, rule: string | null) => string | null
  /** False where no Alertmanager is set that could silence; left out: it can. */
  canSilence?: boolean
}
