import type { Labels, StoredNotification } from '../domain/alert.ts'
import type { Approval } from '../domain/approval.ts'
import type { BreakerState, KillSwitch } from '../domain/controls.ts'
import type { ChainedEntry } from '../domain/entry.ts'
import type { DueEscalation, NewEscalation } from '../domain/escalation.ts'
import type { History, HistoryQuestion } from '../domain/history.ts'
import type { IncidentMark, NewIncident } from '../domain/incident.ts'
import type { Json } from '../domain/policy.ts'
import type { Bell, Move, NewRemediation, Remediation, RemediationState } from '../domain/remediation.ts'
import type { RunEnd, RunMark } from '../domain/run.ts'
import type { Silence } from '../domain/silence.ts'

/** What the stories need of the ledger. Inside one transaction all of it happens, or nothing. */
export type LedgerTx = {
  /** Makes decisions follow each other, across replicas, until the transaction ends. */
  lockDecisions: () => Promise<void>
  loadHistory: (ask: HistoryQuestion, now: Date) => Promise<History>
  appendEntries: (entries: readonly ChainedEntry[]) => Promise<void>

  claimNotifications: (limit: number) => Promise<StoredNotification[]>
  markDecided: (ids: readonly string[], at: Date) => Promise<void>
  quarantine: (id: string, reason: string, at: Date) => Promise<void>

  takeIds: (sequence: 'incident_id_seq' | 'remediation_id_seq', count: number) => Promise<number[]>
  latestIncidents: (alerts: readonly { source: string; fingerprint: string }[]) => Promise<Map<string, IncidentMark>>
  insertIncidents: (incidents: readonly NewIncident[]) => Promise<void>
  touchIncidents: (ids: readonly number[], at: Date) => Promise<void>
  closeIncidents: (closings: readonly { id: number; endedAt: Date }[], at: Date) => Promise<number[]>
  followersOf: (remediation: number) => Promise<number[]>
  refollow: (from: number, to: number) => Promise<void>

  insertRemediations: (remediations: readonly NewRemediation[]) => Promise<void>
  findRemediation: (id: number, lock?: boolean) => Promise<Remediation | null>
  remediationsOf: (
    incidents: readonly number[],
    states: readonly RemediationState[],
  ) => Promise<{ id: number; incident: number; state: RemediationState }[]>
  moveRemediation: (move: Move) => Promise<boolean>
  wakeRemediation: (id: number, state: RemediationState, wakeAt: Date) => Promise<void>
  /** Leaves it where it stands until somebody moves it. */
  wakeNever: (id: number, state: RemediationState) => Promise<void>
  /** Whether another remediation is at work on this target. */
  targetHeld: (target: string, except: number) => Promise<boolean>
  countRuns: (remediation: number) => Promise<number>
  attachFindings: (id: number, findings: readonly Json[]) => Promise<void>

  insertRun: (remediation: number, worker: string, startedAt: Date, leaseMs: number) => Promise<number>
  renewLease: (remediation: number, number: number, leaseMs: number) => Promise<boolean>
  endRun: (remediation: number, number: number, end: RunEnd) => Promise<boolean>
  lostRuns: (limit: number) => Promise<RunMark[]>
  lastResult: (remediation: number) => Promise<Json>

  insertApproval: (approval: Omit<Approval, 'given'>, at: Date) => Promise<void>
  lockApproval: (remediation: number) => Promise<Approval | null>
  giveApproval: (remediation: number, by: string) => Promise<void>
  recordDenial: (remediation: number, by: string, reason: string) => Promise<void>

  insertEscalations: (escalations: readonly NewEscalation[]) => Promise<void>
  rescheduleEscalations: (incidents: readonly number[], dueAt: Date, reason: string, at: Date) => Promise<number[]>
  resolveEscalations: (incidents: readonly number[], at: Date) => Promise<number[]>
  acknowledgeEscalation: (incident: number, at: Date) => Promise<boolean>
  raiseDueEscalations: (now: Date, limit: number) => Promise<DueEscalation[]>

  labelsOfOpen: (incident: number) => Promise<Labels | null>
  insertSilence: (silence: Silence, at: Date) => Promise<void>
  silencesToRemove: (now: Date, limit: number) => Promise<Silence[]>
  markSilenceRemoved: (id: string, at: Date) => Promise<boolean>

  takeBells: (limit: number) => Promise<(Bell & { id: number })[]>
  oweMissedBells: (now: Date, graceMs: number, againMs: number, limit: number) => Promise<number>

  readKillSwitch: () => Promise<KillSwitch>
  writeKillSwitch: (next: KillSwitch) => Promise<void>
  readBreaker: (name: string) => Promise<BreakerState>
  writeBreaker: (breaker: BreakerState, at: Date) => Promise<void>
}

export type FlowLedger = LedgerTx & { transaction: <T>(work: (tx: LedgerTx) => Promise<T>) => Promise<T> }
