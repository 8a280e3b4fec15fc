import type { Call, Limits, Rule } from '../domain/policy.ts'
import { checkNames, namesOf } from './approvers.ts'
import type { RuleFields } from './policy-shape.ts'
import { placeText } from './problem.ts'
import { readCall } from './read-call.ts'
import { readStep, type StepContext } from './read-step.ts'
import type { Placed } from './shape.ts'

export const DEFAULT_COOLDOWN_MS = 900_000
const DEFAULT_BLAST_RADIUS = 1

/** What a rule inherits from its policy. */
export type RuleContext = StepContext & { cooldownMs: number }

/** Reads one rule; null when it was wrong, with everything that was wrong reported. */
export function readRule({ value: fields, node }: Placed<RuleFields>, context: RuleContext): Rule | null {
  const { source, who } = context
  if (fields.approvers) checkNames(fields.approvers.value, who, source)
  const approvers = fields.approvers === undefined ? context.approvers : namesOf(fields.approvers)
  const diagnose = readDiagnose(fields.diagnose, context)
  const steps = (fields.steps?.value ?? []).map((step) => readStep(step, { ...context, approvers }))
  checkLimits(fields, context)
  const { name, match, severity, runbook, limits, otherwise, shadow } = fields
  if (!name || !match || !severity || runbook === null || limits === null || otherwise === null || shadow === null)
    return null
  return {
    name: name.value,
    match: match.value.map(({ value }) => value),
    severity: severity.value,
    runbook: runbook?.value ?? null,
    diagnose,
    steps: steps.filter((step) => step !== null),
    limits: readLimits(limits, context),
    otherwise: 'escalate',
    approvers: approvers ?? [],
    shadow: shadow?.value ?? false,
    position: placeText(source.placeOf(node)),
  }
}

function readDiagnose(diagnose: RuleFields['diagnose'], context: RuleContext): Call[] {
  return (diagnose?.value ?? []).flatMap((item) => {
    if (item.value.length > 1)
      context.source.report(
        item.node,
        'one handler per item: start each with "- "; its target and parameters go inside { }',
      )
    return item.value.flatMap(([id, args]) => readCall(id, args, 'diagnose', context) ?? [])
  })
}

/** A rule that acts by itself must say how often it may. */
function checkLimits({ steps, limits, name }: RuleFields, { source }: RuleContext): void {
  const auto = steps?.value.find((step) => step.value.mode?.value === 'auto')?.value.mode
  if (!auto || limits === null) return
  const who = name ? `rule ${name.value}` : 'the rule'
  if (limits === undefined)
    source.report(auto.node, `mode auto, but ${who} has no limits; expected limits: { budget: 3 per 1h }`)
  else if (limits.value.budget === undefined)
    source.report(
      limits.node,
      `"budget" is missing: ${who} acts by itself, so it must say how often; expected budget: 3 per 1h`,
    )
}

function readLimits(limits: RuleFields['limits'], { cooldownMs }: RuleContext): Limits {
  return {
    budget: limits?.value.budget?.value ?? null,
    blastRadius: limits?.value.blastRadius?.value ?? DEFAULT_BLAST_RADIUS,
    cooldownMs: limits?.value.cooldown?.value ?? cooldownMs,
  }
}
