import { SEVERITIES, type Severity } from '../domain/severity.ts'
import { described, list, object, optional, record, type Shape } from './shape.ts'
import * as words from './words.ts'

const row = object({
  hold: optional(
    described('Longest time that the page waits while a fix is tried; 0s when left out.', words.duration()),
  ),
  acknowledgeWithin: described(
    'After this time without an answer the next in the chain is paged.',
    words.duration({ atLeastMs: 1000 }),
  ),
  chain: described('People and groups, in order.', list(words.personOrGroup)),
})

const personShape = object({
  name: optional(described('As shown in messages.', words.text())),
  email: optional(words.text(/^[^@\s]+@[^@\s]+$/, 'an e-mail address')),
  slack: optional(
    described('Slack member id.', words.text(/^[UW][A-Z0-9]{2,}$/, 'a Slack member id such as U012AB3CD')),
  ),
  phone: optional(words.text(/^\+[1-9][0-9]{6,14}$/, 'a phone number such as +441632960001')),
})

type Rows<T> = Readonly<Record<Severity, T>>
function perSeverity<T>(shape: T): Rows<T> {
  return Object.fromEntries(SEVERITIES.map((severity) => [severity, shape])) as Rows<T>
}

/** The file `policies/severity.yaml`. */
export const severityShape = object({
  people: described('Whoever can be paged or may approve.', record(words.person, personShape)),
  groups: optional(described('Groups of people; the name starts with @.', record(words.group, list(words.person)))),
  unmatched: optional(
    described('For an alert that no rule matches and that says nothing of its own; P3 when left out.', words.severity),
  ),
  matrix: described('How soon, and who.', object(perSeverity(row))),
  channels: optional(
    described(
      'Slack channel of each system, and under `default` of all others.',
      record(
        words.name,
        words.text(
          /^(#[\p{Ll}\p{N}_-]{1,80}|[CG][A-Z0-9]{2,})$/u,
          'a channel such as "#oncall" or its id such as C012AB3CD',
        ),
      ),
    ),
  ),
  systems: optional(
    described('Rows that one system has for itself.', record(words.name, object(perSeverity(optional(row))))),
  ),
})

type Read<S> = S extends Shape<infer T> ? T : never
export type SeverityFields = Read<typeof severityShape>
export type RowFields = Read<typeof row>
