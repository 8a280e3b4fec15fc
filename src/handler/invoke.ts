import { parseDuration } from '../domain/duration.ts'
import { NightshiftError } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { Call, Json } from '../domain/policy.ts'
import type { ActingHandler, Context, Finding, Handler, Plan, Probe, Verification } from './define.ts'
import { isReadOnly } from './define.ts'
import { guardedTarget } from './guarded-target.ts'
import type { Registry } from './registry.ts'
import type { TargetClients, TargetKind } from './targets.ts'

/** What the stories may know of a handler. */
export type HandlerFacts = {
  readOnly: boolean
  idempotent: boolean
  timeoutMs: number
  canProbe: boolean
  canRollBack: boolean
}

export type InvokeDeps = {
  registry: Registry
  /** The client of a registered target. @throws NightshiftError `unknown-target`, `target-misconfigured` */
  openTarget: (system: string, name: string, kind: TargetKind) => TargetClients[TargetKind]
  log: Log
  now: () => Date
}

/** Calls handlers: decodes parameters, hands in the target's client, keeps the time limit. */
export type Invoker = {
  facts: (handler: string) => HandlerFacts
  /** That an acting handler takes these parameters. @throws NightshiftError `unknown-handler`, `bad-parameter` */
  check: (call: Call) => void
  diagnose: (system: string, call: Call, signal: AbortSignal) => Promise<Finding>
  plan: (system: string, call: Call, signal: AbortSignal) => Promise<Plan>
  /** `assertHeld` throws when the run is no longer ours; it is asked before each touch of the target. */
  run: (system: string, call: Call, signal: AbortSignal, assertHeld?: () => void) => Promise<Json>
  verify: (system: string, call: Call, signal: AbortSignal) => Promise<Verification>
  probe: (system: string, call: Call, signal: AbortSignal) => Promise<Probe>
  rollback: (system: string, call: Call, done: Json, signal: AbortSignal) => Promise<Json>
}

/**
 * Makes the invoker. Every call throws NightshiftError `unknown-handler`, `bad-parameter`, `timeout`, or what the handler
 * throws; a handler that ignores its signal is left behind at the time limit, never waited for, and its target refuses it.
 */
export function createInvoker(deps: InvokeDeps): Invoker {
  const find = (id: string): Handler => {
    const handler = deps.registry.get(id)
    if (!handler) throw new NightshiftError('unknown-handler', `there is no handler ${id}`, { handler: id })
    return handler
  }
  const acting = (id: string): ActingHandler => {
    const handler = find(id)
    if (isReadOnly(handler))
      throw new NightshiftError('unknown-handler', `${id} only looks; it cannot act`, { handler: id })
    return handler
  }
  const within = async <T>(
    system: string,
    call: Call,
    handler: Handler,
    signal: AbortSignal,
    work: (context: Context<unknown, TargetKind>) => Promise<T>,
    assertHeld: () => void = () => {},
  ): Promise<T> => {
    const limit = AbortSignal.timeout(timeoutOf(handler))
    const either = AbortSignal.any([signal, limit])
    const context: Context<unknown, TargetKind> = {
      params: decode(handler, call),
      target: guardedTarget(deps.openTarget(system, call.target, handler.target), () => {
        assertHeld()
        either.throwIfAborted()
      }),
      signal: either,
      log: {
        info: (message, data) => deps.log.info({ handler: call.handler, target: call.target, ...data }, message),
        warn: (message, data) => deps.log.warn({ handler: call.handler, target: call.target, ...data }, message),
      },
      now: deps.now,
    }
    return Promise.race([work(context), brokenOff(context.signal, limit, call)])
  }
  return {
    facts: (id) => {
      const handler = find(id)
      const readOnly = isReadOnly(handler)
      return {
        readOnly,
        idempotent: readOnly || handler.idempotent,
        timeoutMs: timeoutOf(handler),
        canProbe: !readOnly && handler.probe !== undefined,
        canRollBack: !readOnly && handler.rollback !== undefined,
      }
    },
    check: (call) => void decode(acting(call.handler), call),
    diagnose: async (system, call, signal) => {
      const handler = find(call.handler)
      if (!isReadOnly(handler))
        throw new NightshiftError('bad-parameter', `${call.handler} acts; it cannot diagnose`, {
          handler: call.handler,
        })
      return within(system, call, handler, signal, handler.run)
    },
    plan: async (system, call, signal) => within(system, call, acting(call.handler), signal, acting(call.handler).plan),
    run: async (system, call, signal, assertHeld) =>
      within(system, call, acting(call.handler), signal, acting(call.handler).run, assertHeld),
    verify: async (system, call, signal) =>
      within(system, call, acting(call.handler), signal, acting(call.handler).verify),
    probe: async (system, call, signal) => {
      const { probe } = acting(call.handler)
      return probe
        ? within(system, call, acting(call.handler), signal, probe)
        : { happened: 'unknown', evidence: 'the handler cannot tell' }
    },
    rollback: async (system, call, done, signal) => {
      const { rollback } = acting(call.handler)
      return rollback ? within(system, call, acting(call.handler), signal, (context) => rollback(context, done)) : null
    },
  }
}

function timeoutOf(handler: Handler): number {
  return parseDuration(handler.timeout) ?? 30_000
}

function decode(handler: Handler, call: Call): unknown {
  const decoded = handler.params.safeParse(call.params)
  if (decoded.success) return decoded.data
  const issues = decoded.error.issues.map((issue) => `${issue.path.join('.') || 'with'}: ${issue.message}`).join('; ')
  throw new NightshiftError('bad-parameter', `${call.handler} refuses its parameters: ${issues}`, {
    handler: call.handler,
  })
}

function brokenOff(signal: AbortSignal, limit: AbortSignal, call: Call): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () =>
      reject(
        limit.aborted
          ? new NightshiftError('timeout', `${call.handler} did not end within its time limit`, {
              handler: call.handler,
            })
          : new NightshiftError('timeout', `${call.handler} was broken off`, { handler: call.handler }, signal.reason),
      )
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
