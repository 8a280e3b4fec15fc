import type { z } from 'zod'
import type { Json } from '../domain/policy.ts'
import type { TargetClients, TargetKind } from './targets.ts'

/** How much harm a handler can do. Read-only ones diagnose; destructive ones never run by themselves. */
export const DANGERS = ['read-only', 'reversible', 'disruptive', 'destructive'] as const
export type Danger = (typeof DANGERS)[number]

/** What a read-only handler found: a table and one sentence. */
export type Finding = {
  summary: string
  columns: readonly string[]
  rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** What a handler would do, exactly: one line per thing it would touch. Empty `items`: there is nothing to do. */
export type Plan = { summary: string; items: readonly string[] }

/** Evidence that a run helped, or did not. Inconclusive is not recovered. */
export type Verification = { recovered: boolean; evidence: string }

/** What a handler says about a run whose outcome was lost: did it happen? */
export type Probe = { happened: boolean | 'unknown'; evidence: string }

/** Structured log lines of a handler; they carry the remediation's id. */
export type HandlerLog = {
  info: (message: string, data?: Record<string, Json>) => void
  warn: (message: string, data?: Record<string, Json>) => void
}

/** All that a handler gets: it holds no client, no config and no policy of its own. */
export type Context<P, K extends TargetKind> = {
  params: P
  /** Client of the registered target, of the handler's kind. */
  target: TargetClients[K]
  /** Aborted at the timeout, at a stop, or when the run's lease is lost. */
  signal: AbortSignal
  log: HandlerLog
  now: () => Date
}

type Common<S extends z.ZodType, K extends TargetKind> = {
  /** One line, imperative: what it does. */
  summary: string
  /** Kind of target that it works on. */
  target: K
  /** Longest time for one call of plan, run, verify, probe or rollback: `30s`, `2m`. */
  timeout: string
  /** Schema of the parameters; strict, bounded. */
  params: S
}

/** A handler that only looks. */
export type ReadOnlyHandler<S extends z.ZodType = z.ZodType, K extends TargetKind = TargetKind> = Common<S, K> & {
  danger: 'read-only'
  run: (context: Context<z.infer<S>, K>) => Promise<Finding>
}

/** A handler that acts: it says beforehand what it would do, and afterwards whether it helped. */
export type ActingHandler<S extends z.ZodType = z.ZodType, K extends TargetKind = TargetKind> = Common<S, K> & {
  danger: Exclude<Danger, 'read-only'>
  /** May it be started again when nobody knows whether it ran? */
  idempotent: boolean
  /** Reads only. */
  plan: (context: Context<z.infer<S>, K>) => Promise<Plan>
  /** Acts; returns what it did, as data. Looks first: already done is success. */
  run: (context: Context<z.infer<S>, K>) => Promise<Json>
  verify: (context: Context<z.infer<S>, K>) => Promise<Verification>
  /** For handlers that are not idempotent: after a crash, did the run happen? */
  probe?: (context: Context<z.infer<S>, K>) => Promise<Probe>
  /** The undo, where there is one; given what `run` returned. */
  rollback?: (context: Context<z.infer<S>, K>, done: Json) => Promise<Json>
}

export type Handler = ReadOnlyHandler | ActingHandler

/**
 * Declares a handler: data first, behaviour second. The file's path below `handlers/` is its id. Types flow from `params`
 * and `target` into plan, run and verify.
 */
export function defineHandler<S extends z.ZodType, K extends TargetKind>(
  handler: ReadOnlyHandler<S, K>,
): ReadOnlyHandler<S, K>
export function defineHandler<S extends z.ZodType, K extends TargetKind>(
  handler: ActingHandler<S, K>,
): ActingHandler<S, K>
export function defineHandler(handler: Handler): Handler {
  return handler
}

/** True for a handler that only looks: it may diagnose, and needs nobody's leave. */
export function isReadOnly(handler: Handler): handler is ReadOnlyHandler {
  return handler.danger === 'read-only'
}
