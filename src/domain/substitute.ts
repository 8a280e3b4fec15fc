import type { Labels } from './alert.ts'
import type { Json, Params } from './policy.ts'

const PLACEHOLDER = /\{\{\s*labels\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}/g

const WHOLE_VALUE = new RegExp(`^${PLACEHOLDER.source}$`)

/** True when the text is one placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return WHOLE_VALUE.test(text)
}

/** The fixed text before, between and after the placeholders. */
export function textAround(template: string): string[] {
  // Splitting at an expression with one group gives text and label by turns.
  return template.split(PLACEHOLDER).filter((_, index) => index % 2 === 0)
}

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
 * Puts label values into parameters, whole values only (`"{{ labels.user_id }}"`), also inside lists and maps: a label never
 * becomes part of a longer text. The handler's schema then decides whether it is a legal value.
 */
export function substituteParams(params: Params, labels: Labels): Substituted<Params> {
  const missing = placeholdersIn(params).find((label) => !Object.hasOwn(labels, label) || labels[label] === '')
  return missing === undefined ? { value: putIn(params, labels) as Params } : { missing }
}

function putIn(value: Json, labels: Labels): Json {
  if (typeof value === 'string') {
    const label = WHOLE_VALUE.exec(value)?.[1]
    return label === undefined ? value : (labels[label] as string)
  }
  if (Array.isArray(value)) return value.map((item) => putIn(item, labels))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, putIn(inner, labels)]))
}
