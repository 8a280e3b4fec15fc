import type { Labels } from '../domain/alert.ts'

/** The text as PostgreSQL can store it: NUL and lone surrogates, which it refuses, become U+FFFD. */
export function storableText(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd')
}

/** Names and values as PostgreSQL can store them; the same object when nothing was wrong. */
export function storableLabels(labels: Labels): Labels {
  for (const name of Object.keys(labels)) {
    if (!isStorable(name) || !isStorable(labels[name] as string)) return cleaned(labels)
  }
  return labels
}

// fromEntries defines own properties; assigning would lose a label that is called __proto__.
function cleaned(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [storableText(name), storableText(value)]))
}

/** True when PostgreSQL takes this text. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** True when PostgreSQL takes this value as jsonb, and nothing that walks it runs out of stack. */
export function isStorableJson(value: unknown, levels = 32): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (value === null || typeof value !== 'object') return true
  if (levels === 0) return false
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorableJson(inner, levels - 1))
}
