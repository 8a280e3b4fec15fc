import { NightshiftError, sentence } from '../domain/errors.ts'

/** The target's name, where it is (never with a password) and who we are there, for messages. */
export type PostgresPlace = { name: string; address: string; role: string }

/**
 * What went wrong at a PostgreSQL target, as a coded error with the way out in its sentence. Errors that mean a wrong
 * statement of ours come back as they are: they are bugs, not the target's state. Codes: PostgreSQL, appendix A.
 */
export function codedPostgresError(error: unknown, place: PostgresPlace): unknown {
  if (error instanceof NightshiftError) return error
  const known = classify(error, place)
  if (!known) return error
  const message = `target ${place.name} (${place.address}): ${known.said}${known.hint ? `; ${known.hint}` : ''}`
  return new NightshiftError(known.code, message, { target: place.name, sqlstate: codeOf(error) ?? null }, error)
}

type Classified = {
  code: 'bad-parameter' | 'target-misconfigured' | 'target-unavailable' | 'timeout'
  said: string
  hint?: string
}

function classify(error: unknown, place: PostgresPlace): Classified | null {
  if (error instanceof AggregateError && error.errors.length > 0) return classify(error.errors[0], place)
  const code = codeOf(error) ?? ''
  const said = sentence(error)
  if (code === '53300') return { code: 'target-unavailable', said, hint: reservedSlotHint(place.role) }
  if (code === '42501') return { code: 'target-misconfigured', said, hint: grantHint(error, place.role) }
  if (code === '57014' || code === '55P03') return { code: 'timeout', said }
  if (/^(08|53|57P)/.test(code)) return { code: 'target-unavailable', said }
  // Wrong password or pg_hba line, no such database, a table or function that this server does not have.
  if (/^(28|3D|42P01|42883|42703)/.test(code)) return { code: 'target-misconfigured', said }
  if (/^22/.test(code)) return { code: 'bad-parameter', said }
  if (/^ERR_|CERT|UNABLE_TO_/.test(code) || /SSL|SASL|certificate/.test(said))
    return { code: 'target-misconfigured', said }
  if (/^E[A-Z_]+$/.test(code)) return { code: 'target-unavailable', said }
  if (/Query read timeout/.test(said)) return { code: 'timeout', said: 'no answer in time' }
  return /timeout|terminated|Connection|not queryable/i.test(said) ? { code: 'target-unavailable', said } : null
}

function reservedSlotHint(role: string): string {
  return `keep a slot free for us: set reserved_connections and GRANT pg_use_reserved_connections TO ${quoted(role)} (PostgreSQL 16+)`
}

/** PostgreSQL names the predefined role that would allow it in the error's message or detail, in every language. */
function grantHint(error: unknown, role: string): string {
  const { detail = '' } = error as { detail?: string }
  const [predefined] = `${sentence(error)} ${detail}`.match(/\bpg_(signal|read|write|monitor|use|maintain)\w*/) ?? []
  return predefined ? `GRANT ${predefined} TO ${quoted(role)}` : `the role ${quoted(role)} lacks a GRANT`
}

function quoted(role: string): string {
  return `"${role.replaceAll('"', '""')}"`
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}
