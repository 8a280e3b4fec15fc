import { type Person, SEVERITIES, type Severity, type SeverityMatrix, type SeverityRow } from '../domain/severity.ts'
import { suggestion } from '../domain/suggest.ts'
import { checkNames, type Who } from './approvers.ts'
import { type RowFields, type SeverityFields, severityShape } from './severity-shape.ts'
import type { Placed } from './shape.ts'
import type { Source } from './source.ts'

const DEFAULT_UNMATCHED: Severity = 'P3'
/** The page of these goes out beside the fix, never after it. */
const AT_ONCE: readonly Severity[] = ['P1', 'SEC']

/** severity.yaml as far as it could be read; `matrix` is complete only when the source has no problems. */
export type SeverityDraft = { source: Source; who: Who; matrix: SeverityMatrix | null; fields: SeverityFields | null }

/** Reads `policies/severity.yaml`; every problem is in `source.problems`. */
export function readSeverity(source: Source): SeverityDraft {
  const fields = (source.root && severityShape.read(source.root, source)?.value) ?? null
  if (!fields) return { source, who: null, matrix: null, fields }
  const who = readWho(fields, source)
  const rows = fields.matrix && readRows(fields.matrix.value, who, source)
  const systems = (fields.systems?.value ?? []).map(
    ([system, overrides]) => [system.value, readRows(overrides.value, who, source)] as const,
  )
  const matrix = who &&
    rows && {
      ...who,
      unmatched: fields.unmatched?.value ?? DEFAULT_UNMATCHED,
      rows: rows as Record<Severity, SeverityRow>,
      systems: Object.fromEntries(systems),
      channels: Object.fromEntries(
        (fields.channels?.value ?? []).map(([system, channel]) => [system.value, channel.value]),
      ),
    }
  return { source, who, matrix, fields }
}

/** Reports rows and channels for systems that no policy is about: their author believes that they count. */
export function checkSystems({ source, fields }: SeverityDraft, known: readonly (string | null)[]): void {
  const channelled = (fields?.channels?.value ?? []).filter(([system]) => system.value !== 'default')
  for (const [system] of [...(fields?.systems?.value ?? []), ...channelled]) {
    if (!known.includes(system.value))
      source.report(
        system.node,
        `no policy is about the system "${system.value}"${suggestion(
          system.value,
          known.filter((name) => name !== null),
        )}`,
      )
  }
}

function readWho({ people, groups }: SeverityFields, source: Source): Who {
  if (!people || groups === null) return null
  const who: NonNullable<Who> = {
    people: Object.fromEntries(people.value.map(([name, fields]) => [name.value, personOf(name.value, fields.value)])),
    groups: Object.fromEntries(
      (groups?.value ?? []).map(([name, members]) => [name.value, members.value.map(({ value }) => value)]),
    ),
  }
  for (const [, members] of groups?.value ?? []) checkNames(members.value, { ...who, groups: {} }, source)
  return who
}

function personOf(name: string, fields: Readonly<Record<string, Placed<string> | null | undefined>>): Person {
  const given = Object.entries(fields).flatMap(([key, field]) => (field ? [[key, field.value]] : []))
  return { name, ...Object.fromEntries(given) }
}

function readRows(
  fields: Partial<Record<Severity, Placed<RowFields> | null | undefined>>,
  who: Who,
  source: Source,
): Partial<Record<Severity, SeverityRow>> {
  const rows: Partial<Record<Severity, SeverityRow>> = {}
  for (const severity of SEVERITIES) {
    const row = fields[severity]?.value
    if (!row) continue
    if (row.chain) checkNames(row.chain.value, who, source)
    if (row.hold && row.hold.value > 0 && AT_ONCE.includes(severity))
      source.report(row.hold.node, `${severity} is paged beside the fix, not after it; expected hold: 0s`)
    rows[severity] = {
      holdMs: row.hold?.value ?? 0,
      acknowledgeWithinMs: row.acknowledgeWithin?.value ?? 0,
      chain: row.chain?.value.map(({ value }) => value) ?? [],
    }
  }
  return rows
}
