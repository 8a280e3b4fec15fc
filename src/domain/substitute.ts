import type { Labels } from './alert.ts'
import type { Json, Params } from './policy.ts'

const PLACEHOLDER = /\{\{\s*labels\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}/g

/** The labels that a value asks for, in order of appearance. */
export function placeholdersIn(value: Json): string[] {
  if (typeof value === 'string') return [...value.matchAll(PLACEHOLDER)].map((match) => match[1] as string)
  if (Array.isArray(value)) return value.flatMap(placeholdersIn)
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(placeholdersIn)
  return []
}

export type Substituted<T> = { value: T } | { missing: string }

/**
 * Puts label values into a target's name. The result is only ever looked up among registered targets: a label can choose a
 * target, never become one. An absent or empty label is an answer of its own, so that it cannot select "db-".
 */
export function substituteName(template: string, labels: Labels): Substituted<string> {
  for (const label of placeholdersIn(template)) {
    if (!Object.hasOwn(labels, label) || labels[label] === '') return { missing: label }
  }
  return { value: template.replace(PLACEHOLDER, (_, label: string) => labels[label] as string) }
}

/**
 * Puts label values into parameters, whole values only (`"{{ labels.user_id }}"`): a label never becomes part of a longer
 * text. The handler's schema then decides whether it is a legal value.
 */
export function substituteParams(params: Params, labels: Labels): Substituted<Params> {
  const result: Record<string, Json> = {}
  for (const [key, value] of Object.entries(params)) {
    const [label] = placeholdersIn(value)
    if (label === undefined) {
      result[key] = value
      continue
    }
    if (!Object.hasOwn(labels, label) || labels[label] === '') return { missing: label }
    result[key] = labels[label] as string
  }
  return { value: result }
}
