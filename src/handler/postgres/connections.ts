import type { PostgresTarget } from '../targets.ts'

/** Connections in use and to be had, over the whole server: other databases take from the same slots. */
export type ConnectionUse = { used: number; usable: number; max: number }

/** Share of usable connections below which there is room again (the seeds' target for the pool). */
export const FREE_ENOUGH = 0.8

// Walsenders, workers and autovacuum have slots of their own. `reserved_connections` came with PostgreSQL 16.
const USE = `select count(*) filter (where backend_type = 'client backend')::int as used, m.max,
       m.max - current_setting('superuser_reserved_connections')::int
             - coalesce(current_setting('reserved_connections', true)::int, 0) as usable
  from pg_stat_activity, (select current_setting('max_connections')::int as max) m group by m.max`

/** How full the server is. */
export async function connectionUse(target: PostgresTarget): Promise<ConnectionUse> {
  const [row] = await target.query<ConnectionUse>(USE)
  return row ?? { used: 0, usable: 0, max: 0 } // no row is not possible: our own session is one
}

/** `57 connections in use, 97 for ordinary roles (59 %)`. Superusers count as users too, so it can be more than all. */
export function describeUse({ used, usable }: ConnectionUse): string {
  return `${used} connections in use, ${usable} for ordinary roles (${Math.round((used / usable) * 100)} %)`
}
