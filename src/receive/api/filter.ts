import { z } from '@hono/zod-openapi'
import { SEVERITIES, type Severity } from '../../domain/severity.ts'
import { parseTimestamp } from '../timestamp.ts'
import { NameSchema } from './command.ts'

/** What a list is narrowed to; null: not narrowed. `since` is included, `until` is not. */
export type Filter<State extends string> = {
  system: string | null
  state: State | null
  severity: Severity | null
  since: Date | null
  until: Date | null
}

const TimeQuery = z
  .string()
  .transform((text, ctx) => {
    const time = parseTimestamp(text)
    if (time !== null) return time
    ctx.addIssue({ code: 'custom', message: 'is not a time as in RFC 3339' })
    return z.NEVER
  })
  .openapi({ type: 'string', format: 'date-time' })

/** Query parameters that narrow a list. */
export function filterQuery<const States extends readonly [string, ...string[]]>(states: States) {
  return {
    system: NameSchema.optional(),
    state: z.enum(states).optional(),
    severity: z.enum(SEVERITIES).optional(),
    since: TimeQuery.optional(),
    until: TimeQuery.optional(),
  }
}

type Asked<State> = { [K in keyof Filter<string>]?: (K extends 'state' ? State : Filter<string>[K]) | undefined }

/** The filter that a query asks for. */
export function filterOf<State extends string>(query: Asked<State>): Filter<State> {
  const { system = null, state = null, severity = null, since = null, until = null } = query
  return { system, state, severity, since, until }
}
