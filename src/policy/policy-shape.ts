import type { Json } from '../domain/policy.ts'
import { anything, described, type Fields, list, object, optional, type Placed, record, type Shape } from './shape.ts'
import * as words from './words.ts'

/** A map of free settings in which one key is ours: `target` of a call, `kind` of a target. */
export type Tagged = { tag: Placed<string> | null; rest: Readonly<Record<string, Json>> }

const MAP_OF_ANYTHING = record(words.text(), anything)

function tagged(tag: string, description: string): Shape<Tagged> {
  return {
    schema: { type: 'object', properties: { [tag]: { type: 'string', description } }, required: [tag] },
    read: (node, source) => {
      const map = MAP_OF_ANYTHING.read(node, source)
      if (map === null) return null
      const own = map.value.find(([key]) => key.value === tag)
      if (own === undefined) source.report(node, `"${tag}" is missing`)
      const rest = map.value.filter((pair) => pair !== own).map(([key, value]) => [key.value, value.value] as const)
      return {
        value: { tag: own ? words.text().read(own[1].node, source) : null, rest: Object.fromEntries(rest) },
        node,
      }
    },
  }
}

const callArguments = tagged('target', 'Name of a registered target; may hold "{{ labels.NAME }}".')
const handlerId = words.text(/^[^\s{}]+$/, 'the id of a handler, such as postgres/terminate-idle-sessions')

const pace = {
  within: optional(described('How long to wait for evidence; 2m when left out.', words.duration({ atLeastMs: 1000 }))),
  every: optional(described('How often to look; 5s when left out.', words.duration({ atLeastMs: 1000 }))),
}

const step = object({
  do: described('The handler that acts.', handlerId),
  with: described('Its target and parameters.', callArguments),
  mode: described('auto, approve, approve-two (two different people) or notify.', words.mode),
  verify: optional(
    described(
      "Evidence that it helped, beside the handler's own check.",
      object({
        promql: optional(described('PromQL that returns at least one sample once it is better.', words.text())),
        ...pace,
      }),
    ),
  ),
  approveWithin: optional(
    described(
      'After this time without a yes the approval expires; 15m when left out.',
      words.duration({ atLeastMs: 1000 }),
    ),
  ),
})

const limits = object({
  budget: optional(described('At most so many starts in so much time: "3 per 1h".', words.budget)),
  blastRadius: optional(
    described('At most so many targets at the same time; "1 target" when left out.', words.blastRadius),
  ),
  cooldown: optional(described('Quiet time after a start on the same target; 15m when left out.', words.duration())),
})

const approvers = described('Who may approve: people and groups of severity.yaml.', list(words.personOrGroup))

const rule = object({
  name: described('Unique within the system.', words.name),
  match: described("Alertmanager's matcher syntax; all must hold.", list(words.matcher)),
  severity: words.severity,
  runbook: optional(described('What a person reads when paged.', words.text())),
  diagnose: optional(
    described(
      'Read-only handlers that run first: "- handler: { target, ... }".',
      list(record(handlerId, callArguments)),
    ),
  ),
  steps: optional(described('The ladder, mildest first. None: a person is told.', list(step))),
  limits: optional(described('Required as soon as a step is auto.', limits)),
  otherwise: optional(described('What follows when no step is left.', words.escalate)),
  approvers: optional(approvers),
  shadow: optional(described('Decide and record, never act: a rule on trial.', words.flag)),
})

/** A file `policies/<system>.yaml`. */
export const policyShape = object({
  system: described('The thing that is looked after.', words.name),
  owner: described('The team answerable for this policy.', words.text()),
  targets: described(
    'What may be acted on. Alerts choose among these; they can never name another.',
    record(words.name, tagged('kind', 'Kind of target: postgres, ...')),
  ),
  defaults: optional(
    described(
      'Where a rule or step does not say it itself.',
      object({
        approvers: optional(approvers),
        cooldown: optional(words.duration()),
        verify: optional(object(pace)),
      }),
    ),
  ),
  rules: described('Tried in this order; the first that matches decides.', list(rule)),
})

type Read<S> = S extends Shape<infer T> ? T : never
export type PolicyFields = Read<typeof policyShape>
export type RuleFields = Read<typeof rule>
export type StepFields = Read<typeof step>
export type PaceFields = Fields<typeof pace>
