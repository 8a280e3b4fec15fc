import { isScalar, type Node, visit } from 'yaml'
import { z } from 'zod'
import type { Json } from '../domain/policy.ts'
import { isPlaceholder, placeholdersIn } from '../domain/substitute.ts'
import { suggestion } from '../domain/suggest.ts'
import { keyNodeAt, nodeAt } from './shape.ts'
import type { Source } from './source.ts'

/**
 * Decodes parameters with the handler's own schema and reports all that it refuses. A value that an alert's label will fill
 * is judged when the alert is there; only that it can be text at all is judged now.
 * @param node the map that they stand in
 */
export function checkParams(
  params: Readonly<Record<string, Json>>,
  node: Node,
  schema: z.ZodType,
  source: Source,
): void {
  const judged = checkPlaceholders(node, source)
  // A schema that is not strict would drop a misspelt key, and with it a limit that its author relied on.
  const strict = schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  for (const issue of strict.safeParse(params).error?.issues ?? []) {
    const at = nodeAt(node, issue.path)
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        source.report(
          keyNodeAt(node, [...issue.path, key]),
          `unknown parameter "${key}"${issue.path.length === 0 ? suggestion(key, known) || expecting(known) : ''}`,
        )
    } else if (valueAt(params, issue.path) === undefined && issue.code !== 'custom') {
      source.report(at, `parameter "${issue.path.join('.')}" is missing`)
    } else if (judged.has(at)) {
      if (issue.code === 'invalid_type' && isPlaceholder(String(valueAt(params, issue.path))))
        source.report(at, `parameter "${issue.path.join('.')}" is not text, and a label always is`)
    } else {
      source.report(at, `parameter "${issue.path.join('.')}": ${issue.message}`)
    }
  }
}

/** Reports malformed placeholders and secrets among parameters; returns the nodes that are settled by this or later. */
function checkPlaceholders(node: Node, source: Source): Set<Node> {
  const judged = new Set<Node>()
  visit(node, {
    Pair: (_, { key, value }) => {
      // The target may have text around its placeholder and is checked against the registered ones.
      if (isScalar(key) && key.value === 'target' && value === nodeAt(node, ['target'])) return visit.SKIP
    },
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== 'string') return
      if (/\{\{|\}\}|\$\{/.test(scalar.value)) judged.add(scalar)
      if (!isPlaceholder(scalar.value)) checkNoPlaceholder(scalar, scalar.value, source)
      if (scalar.value.includes('${')) source.report(scalar, `\${env:NAME} is for the settings of targets only`)
    },
  })
  return judged
}

function checkNoPlaceholder(node: Node, text: string, source: Source): void {
  if (placeholdersIn(text).length > 0)
    source.report(node, `a label fills a whole value or none of it: "${text}"; only a target may have text around it`)
  else if (/\{\{|\}\}/.test(text)) source.report(node, malformedPlaceholder(text))
}

/** What to say of text that has the braces of a placeholder and is none. */
export function malformedPlaceholder(text: string): string {
  return `not a placeholder: "${text}"; expected "{{ labels.NAME }}"`
}

/** Undefined when the path leads nowhere; YAML has no undefined. */
function valueAt(params: Json, path: readonly PropertyKey[]): unknown {
  let value: unknown = params
  for (const step of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}

function expecting(known: readonly string[]): string {
  return known.length === 0 ? '; there are none' : `; expected ${known.join(', ')}`
}
