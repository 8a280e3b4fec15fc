import { NightshiftError } from '../../domain/errors.ts'
import type { PostgresTarget } from '../targets.ts'

/** Predefined roles of PostgreSQL that handlers need: to see other roles' sessions, and to end them. */
export type Grant = 'pg_read_all_stats' | 'pg_signal_backend'

/**
 * Makes sure that we see and may do what the handler is about. Without pg_read_all_stats other roles' sessions have no
 * state: the database would look calm, and we would say that it is.
 * @throws NightshiftError `target-misconfigured`, with the statement that repairs it
 */
export async function requireGrants(target: PostgresTarget, grants: readonly Grant[]): Promise<void> {
  const [row] = await target.query<{ role: string; missing: string[] }>(
    `select quote_ident(current_user) as role,
            array(select g from unnest($1::text[]) g where not pg_has_role(current_user, g, 'usage')) as missing`,
    [grants],
  )
  if (!row || row.missing.length === 0) return
  throw new NightshiftError(
    'target-misconfigured',
    `target ${target.name}: our role may not look or act there; GRANT ${row.missing.join(', ')} TO ${row.role}`,
    { target: target.name, missing: row.missing },
  )
}
