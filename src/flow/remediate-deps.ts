import type { Log } from '../domain/log.ts'
import type { Call, Json, PolicySet } from '../domain/policy.ts'
import type { FlowLedger } from './ledger.ts'

type Table = {
  summary: string
  columns: readonly string[]
  rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** What a remediation needs from outside. */
export type RemediateDeps = {
  ledger: FlowLedger
  policies: () => PolicySet
  shadow: boolean
  now: () => Date
  log: Log
  /** Name of this process in run records. */
  worker: string
  /** How long a run stays ours without a beat, in ms of database time. */
  leaseMs: number
  handlers: {
    facts: (handler: string) => { idempotent: boolean; timeoutMs: number; canProbe: boolean; canRollBack: boolean }
    diagnose: (system: string, call: Call, signal: AbortSignal) => Promise<Table>
    plan: (system: string, call: Call, signal: AbortSignal) => Promise<{ summary: string; items: readonly string[] }>
    /** `assertHeld` throws when the run is no longer ours; it is asked before each touch of the target. */
    run: (system: string, call: Call, signal: AbortSignal, assertHeld: () => void) => Promise<Json>
    verify: (system: string, call: Call, signal: AbortSignal) => Promise<{ recovered: boolean; evidence: string }>
    probe: (
      system: string,
      call: Call,
      signal: AbortSignal,
    ) => Promise<{ happened: boolean | 'unknown'; evidence: string }>
    rollback: (system: string, call: Call, done: Json, signal: AbortSignal) => Promise<Json>
  }
  /** Calls an action through the circuit breaker that was opened and counted as recorded. */
  throughBreaker: (
    state: { failures: number; openedAt: Date | null },
    now: Date,
    action: () => Promise<Json>,
  ) => Promise<BreakerResult>
  /** PromQL as evidence: does it hold? Null when Prometheus is not set or does not answer: inconclusive is not success. */
  holds: (promql: string) => Promise<boolean | null>
  /** How Alertmanager sees an alert, where it is set: `suppressed` is silenced or inhibited. */
  alertState: (fingerprint: string, alertname: string) => Promise<'active' | 'suppressed' | 'unknown'>
  /** Aborted when the service stops and its patience is over. */
  stopping: AbortSignal
}

/** What became of an action behind its breaker. `refused`: it was not started. */
export type BreakerResult = { failures: number; openedAt: Date | null } & (
  | { result: Json }
  | { error: unknown }
  | { refused: true }
)
