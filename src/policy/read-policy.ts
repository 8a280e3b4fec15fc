import type { Matcher } from '../domain/matcher.ts'
import type { Policy, TargetSpec } from '../domain/policy.ts'
import { suggestion } from '../domain/suggest.ts'
import { checkNames, namesOf, type Who } from './approvers.ts'
import { type PolicyFields, policyShape } from './policy-shape.ts'
import { placeText } from './problem.ts'
import type { Catalogue } from './read-call.ts'
import { DEFAULT_COOLDOWN_MS, type RuleContext, readRule } from './read-rule.ts'
import { DEFAULT_PACE, readPace } from './read-step.ts'
import { checkSettings } from './read-targets.ts'
import { isWhole, type Placed } from './shape.ts'
import type { Source } from './source.ts'

/** One file as far as it could be read. Rules that could not are still compared with those of other files. */
export type PolicyDraft = {
  source: Source
  system: Placed<string> | null
  matches: readonly { rule: string; node: Placed<string>['node']; match: readonly Matcher[] }[]
  /** Complete only when the source has no problems. */
  policy: Policy | null
}

/** Reads `policies/<system>.yaml`; every problem is in `source.problems`. */
export function readPolicy(source: Source, catalogue: Catalogue, who: Who): PolicyDraft {
  const fields = source.root && policyShape.read(source.root, source)?.value
  if (!fields) return { source, system: null, matches: [], policy: null }
  const targets = readTargets(fields, source, catalogue)
  const context = contextOf(fields, { source, catalogue, who, targets })
  checkRuleNames(fields, source)
  const rules = (fields.rules?.value ?? []).map((rule) => readRule(rule, context))
  const matches = (fields.rules?.value ?? []).flatMap(({ value: { name, match } }) =>
    name && match && isWhole(match)
      ? [{ rule: name.value, node: name.node, match: match.value.map(({ value }) => value) }]
      : [],
  )
  const { system, owner } = fields
  if (!system || !owner || !targets) return { source, system, matches, policy: null }
  const policy: Policy = {
    system: system.value,
    owner: owner.value,
    file: source.file,
    hash: source.hash,
    targets,
    rules: rules.filter((rule) => rule !== null),
  }
  return { source, system, matches, policy }
}

function readTargets(
  { targets }: PolicyFields,
  source: Source,
  catalogue: Catalogue,
): Record<string, TargetSpec> | null {
  if (!targets) return null
  const kinds = new Set([...catalogue.values()].map(({ target }) => target))
  const specs = targets.value.map(([name, { value, node }]) => {
    checkSettings(node, source)
    const kind = value.tag && readKind(value.tag, kinds, source)
    return [name.value, { name: name.value, kind: kind ?? UNKNOWN_KIND, settings: value.rest }] as const
  })
  return Object.fromEntries(specs)
}

/** Stands for a kind that was wrong and is reported; calls on such a target are not judged again. */
const UNKNOWN_KIND = ''

function readKind(kind: Placed<string>, kinds: ReadonlySet<string>, source: Source): string | null {
  if (kinds.has(kind.value)) return kind.value
  const known = suggestion(kind.value, kinds) || `; expected ${[...kinds].sort().join(', ')}`
  source.report(kind.node, `no handler works on targets of kind "${kind.value}"${known}`)
  return null
}

type Read = { source: Source; catalogue: Catalogue; who: Who; targets: Record<string, TargetSpec> | null }

function contextOf({ defaults }: PolicyFields, { source, catalogue, who, targets }: Read): RuleContext {
  const approvers = defaults?.value.approvers
  if (approvers) checkNames(approvers.value, who, source)
  return {
    source,
    catalogue,
    who,
    targets:
      targets && new Map(Object.values(targets).map(({ name, kind }) => [name, kind === UNKNOWN_KIND ? null : kind])),
    approvers: defaults === null ? null : approvers === undefined ? [] : namesOf(approvers),
    pace: readPace(defaults?.value.verify?.value ?? {}, DEFAULT_PACE, source) ?? DEFAULT_PACE,
    cooldownMs: defaults?.value.cooldown?.value ?? DEFAULT_COOLDOWN_MS,
  }
}

function checkRuleNames({ rules }: PolicyFields, source: Source): void {
  const first = new Map<string, Placed<string>>()
  for (const { value } of rules?.value ?? []) {
    if (!value.name) continue
    const before = first.get(value.name.value)
    if (before)
      source.report(
        value.name.node,
        `duplicate rule "${value.name.value}"; first at ${placeText(source.placeOf(before.node))}`,
      )
    else first.set(value.name.value, value.name)
  }
}
