import type { z } from 'zod'
import type { Call } from '../domain/policy.ts'
import { textAround } from '../domain/substitute.ts'
import { suggestion } from '../domain/suggest.ts'
import type { Tagged } from './policy-shape.ts'
import { checkParams, malformedPlaceholder } from './read-params.ts'
import type { Placed } from './shape.ts'
import type { Source } from './source.ts'

/** What a policy may know of the handlers; the registry of src/handler satisfies it. */
export type Catalogue = ReadonlyMap<string, { danger: string; target: string; params: z.ZodType }>

/** What a call is read against. `targets`: name -> kind (null: wrong and reported); null when they cannot be read at all. */
export type CallContext = {
  source: Source
  catalogue: Catalogue
  targets: ReadonlyMap<string, string | null> | null
}

/** Reads one call and reports all that is wrong with its handler, its target and its parameters. */
export function readCall(
  id: Placed<string> | null,
  args: Placed<Tagged> | null,
  use: 'diagnose' | 'step',
  context: CallContext,
): Call | null {
  const handler = id && checkHandler(id, use, context)
  const target = args?.value.tag
  if (id && target) checkTarget(id.value, target, handler?.target ?? null, context)
  if (args && handler) checkParams(args.value.rest, args.node, handler.params, context.source)
  return id && args && target ? { handler: id.value, target: target.value, params: args.value.rest } : null
}

function checkHandler(id: Placed<string>, use: 'diagnose' | 'step', { source, catalogue }: CallContext) {
  const handler = catalogue.get(id.value)
  if (!handler) {
    const known = suggestion(id.value, catalogue.keys()) || '; "nightshift handlers" lists them'
    source.report(id.node, `unknown handler "${id.value}"${known}`)
    return null
  }
  const isReadOnly = handler.danger === 'read-only'
  if (use === 'diagnose' && !isReadOnly)
    source.report(id.node, `${id.value} is ${handler.danger}; only read-only handlers diagnose`)
  if (use === 'step' && isReadOnly)
    source.report(id.node, `${id.value} is read-only and mends nothing; it belongs under diagnose`)
  return handler
}

function checkTarget(handler: string, target: Placed<string>, kind: string | null, context: CallContext): void {
  for (const problem of targetProblems(handler, target.value, kind, context.targets))
    context.source.report(target.node, problem)
}

function targetProblems(
  handler: string,
  target: string,
  kind: string | null,
  targets: CallContext['targets'],
): string[] {
  const around = textAround(target)
  if (around.some((text) => /\{\{|\}\}/.test(text))) return [malformedPlaceholder(target)]
  if (targets === null) return []
  const isTemplate = around.length > 1
  const named = [...targets].filter(([name]) => (isTemplate ? canBecome(target, name) : target === name))
  if (named.length === 0)
    return isTemplate
      ? [`"${target}" can name none of the targets ${[...targets.keys()].join(', ')}`]
      : [
          `unknown target "${target}"${suggestion(target, targets.keys()) || `; registered are ${[...targets.keys()].join(', ')}`}`,
        ]
  return named.flatMap(([name, actual]) =>
    kind === null || actual === null || actual === kind
      ? []
      : `${handler} works on ${kind}, and ${isTemplate ? `"${target}" can name ` : ''}${name}, which is ${actual}`,
  )
}

/** True when some labels turn the template into this name. */
function canBecome(template: string, name: string): boolean {
  return new RegExp(`^${textAround(template).map(RegExp.escape).join('.+')}$`, 's').test(name)
}
