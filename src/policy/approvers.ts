import type { Mode } from '../domain/policy.ts'
import type { SeverityMatrix } from '../domain/severity.ts'
import { suggestion } from '../domain/suggest.ts'
import { isWhole, type Placed } from './shape.ts'
import type { Source } from './source.ts'

/** People and groups as far as severity.yaml could be read; null when it could not, and names cannot be judged. */
export type Who = Pick<SeverityMatrix, 'people' | 'groups'> | null

/** Reports names that are neither a person nor a group of severity.yaml. */
export function checkNames(names: readonly Placed<string>[], who: Who, source: Source): void {
  if (who === null) return
  const known = [...Object.keys(who.people), ...Object.keys(who.groups)]
  for (const { value, node } of names) {
    if (known.includes(value)) continue
    const what = value.startsWith('@') ? 'group' : 'person'
    source.report(node, `unknown ${what} "${value}"${suggestion(value, known) || '; severity.yaml has no such name'}`)
  }
}

/** The names, or null when some could not be read and nothing can be said of their number. */
export function namesOf(names: Placed<readonly Placed<string>[]> | null): readonly string[] | null {
  return names && isWhole(names) ? names.value.map(({ value }) => value) : null
}

/** What is wrong with who may approve a step of this mode; null when enough different people may. */
export function quorumProblem(mode: Mode, approvers: readonly string[] | null, who: Who): string | null {
  if (approvers === null || (mode !== 'approve' && mode !== 'approve-two')) return null
  if (approvers.length === 0) return `mode ${mode}, but nobody may approve: neither the rule nor defaults has approvers`
  if (who === null || mode === 'approve') return null
  const people = new Set(approvers.flatMap((name) => who.groups[name] ?? [name]))
  return people.size < 2 ? `mode approve-two, but only ${[...people].join(', ')} may approve` : null
}
