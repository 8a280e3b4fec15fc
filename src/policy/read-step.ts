import type { Step, Verify } from '../domain/policy.ts'
import { quorumProblem, type Who } from './approvers.ts'
import type { PaceFields, StepFields } from './policy-shape.ts'
import { type CallContext, readCall } from './read-call.ts'
import type { Placed } from './shape.ts'
import type { Source } from './source.ts'

/** What counts where neither the step nor the policy's defaults say it. */
export const DEFAULT_PACE = { withinMs: 120_000, everyMs: 5_000 }
export const DEFAULT_APPROVE_WITHIN_MS = 900_000

/** What a step inherits from its rule and its policy. */
export type StepContext = CallContext & {
  pace: { withinMs: number; everyMs: number }
  /** Null when they could not be read. */
  approvers: readonly string[] | null
  who: Who
}

/** Reads one rung of the ladder; null when it was wrong, with everything that was wrong reported. */
export function readStep({ value: fields }: Placed<StepFields>, context: StepContext): Step | null {
  const call = readCall(fields.do, fields.with, 'step', context)
  const verify = readVerify(fields.verify, context)
  if (fields.mode) checkMode(fields.mode, fields, context)
  if (!call || !verify || !fields.mode || fields.approveWithin === null) return null
  return {
    ...call,
    mode: fields.mode.value,
    verify,
    approveWithinMs: fields.approveWithin?.value ?? DEFAULT_APPROVE_WITHIN_MS,
  }
}

function checkMode(mode: NonNullable<StepFields['mode']>, fields: StepFields, context: StepContext): void {
  const { source, catalogue, approvers, who } = context
  const danger = fields.do && catalogue.get(fields.do.value)?.danger
  if (danger === 'destructive' && mode.value !== 'approve-two' && mode.value !== 'notify')
    source.report(
      mode.node,
      `${fields.do?.value} is destructive and never runs in mode ${mode.value}; it needs approve-two`,
    )
  const problem = quorumProblem(mode.value, approvers, who)
  if (problem) source.report(mode.node, problem)
}

function readVerify(verify: StepFields['verify'], { pace, source }: StepContext): Verify | null {
  if (verify === null) return null
  const promql = verify?.value.promql
  if (promql && /\{\{|\}\}/.test(promql.value)) source.report(promql.node, 'labels are not put into PromQL')
  const own = readPace(verify?.value ?? {}, pace, source)
  return own && promql !== null ? { promql: promql?.value ?? null, ...own } : null
}

/** Reads `within` and `every`, each with its default; evidence must be looked for at least once. */
export function readPace(
  { within, every }: Partial<PaceFields>,
  defaults: StepContext['pace'],
  source: Source,
): StepContext['pace'] | null {
  if (within === null || every === null) return null
  const withinMs = within?.value ?? defaults.withinMs
  const everyMs = every?.value ?? Math.min(defaults.everyMs, withinMs)
  const culprit = every ?? within
  if (everyMs > withinMs && culprit) source.report(culprit.node, '"every" is longer than "within": nobody would look')
  return { withinMs, everyMs }
}
