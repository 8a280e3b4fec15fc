import type { Matcher } from './matcher.ts'
import type { Severity, SeverityMatrix } from './severity.ts'

/** How much a step may do by itself. `destructive` handlers never run in `auto`. */
export const MODES = ['auto', 'approve', 'approve-two', 'notify'] as const
export type Mode = (typeof MODES)[number]

/** A value as YAML gives it; step parameters are decoded by the handler's own schema. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type Params = Readonly<Record<string, Json>>

/** A registered, reachable part of a system. Alerts choose among these; they can never name a new one. */
export type TargetSpec = {
  name: string
  kind: string
  /** Connection settings; `${env:NAME}` stays unresolved until the client is made, so a secret is never in a Policy. */
  settings: Readonly<Record<string, Json>>
}

/** One call of a handler: which, on what, with which parameters (without `target`). */
export type Call = { handler: string; target: string; params: Params }

/** Evidence that a step helped, beside the handler's own check. */
export type Verify = {
  /** PromQL that must return at least one sample; absent: the handler's own check alone decides. */
  promql: string | null
  withinMs: number
  everyMs: number
}

/** A rung of a rule's ladder, mildest first. */
export type Step = Call & {
  mode: Mode
  verify: Verify
  /** Time in which a person must decide, in ms; after it the approval expires. */
  approveWithinMs: number
}

/** What one rule may do at most. */
export type Limits = {
  budget: { runs: number; perMs: number } | null
  /** Most targets of this rule that may be worked on at the same time. */
  blastRadius: number
  cooldownMs: number
}

export type Rule = {
  name: string
  match: readonly Matcher[]
  severity: Severity
  runbook: string | null
  diagnose: readonly Call[]
  steps: readonly Step[]
  limits: Limits
  /** What follows when no step is left: always a person. */
  otherwise: 'escalate'
  /** Who may approve this rule's steps: names of people or groups. */
  approvers: readonly string[]
  /** Decide and record, never act: a rule on trial. */
  shadow: boolean
  /** Where it stands, for messages: `policies/fluxbase.yaml:12:5`. */
  position: string
}

/** One file of `policies/`: the rules of one system. */
export type Policy = {
  system: string
  owner: string
  file: string
  /** Content hash of the file, recorded with every decision. */
  hash: string
  targets: Readonly<Record<string, TargetSpec>>
  rules: readonly Rule[]
}

/** Everything that decisions are made from; replaced as a whole on reload, never changed in place. */
export type PolicySet = {
  policies: readonly Policy[]
  severity: SeverityMatrix
  /** Hash over all files. */
  hash: string
}
