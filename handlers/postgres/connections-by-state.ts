import { connectionUse, defineHandler, describeUse, requireGrants, z } from 'nightshift'

type Group = { state: string; user: string; application: string; sessions: number; seconds: number | null }

const GROUPS = `select coalesce(state, '(none)') as state, coalesce(usename::text, '') as user,
       application_name as application, count(*)::int as sessions, max(extract(epoch from now() - state_change))::int as seconds
  from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
 group by 1, 2, 3 order by sessions desc, state, 2, 3 limit 50`

// "too many connections for role" comes from here, and raising max_connections does not help then (trap T-22).
const FULL_ROLES = `select r.rolname::text as role, r.rolconnlimit as "limit", count(*)::int as used
  from pg_roles r join pg_stat_activity a on a.usesysid = r.oid and a.backend_type = 'client backend'
 where r.rolconnlimit >= 0 group by 1, 2 having count(*) >= 0.9 * r.rolconnlimit order by 1 limit 10`

/** Shows who holds the database's connections and what for: sessions by state, role and application, and how many slots are left. */
export default defineHandler({
  summary: 'Show sessions by state, role and application, and how many connections are left',
  target: 'postgres',
  danger: 'read-only',
  timeout: '15s',
  params: z.strictObject({}),

  async run({ target }) {
    await requireGrants(target, ['pg_read_all_stats'])
    const use = await connectionUse(target)
    const groups = await target.query<Group>(GROUPS)
    const full = await target.query<{ role: string; limit: number; used: number }>(FULL_ROLES)
    const limits = full.map(({ role, limit, used }) => `; role ${role} uses ${used} of its limit of ${limit}`)
    return {
      summary: `${describeUse(use)}${limits.join('')}`,
      columns: ['state', 'user', 'application', 'sessions', 'longest, s'],
      rows: groups.map((group) => [group.state, group.user, group.application, group.sessions, group.seconds]),
    }
  },
})
