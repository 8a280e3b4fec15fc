import { counted, defineHandler, duration, formatDuration, queryShape, requireGrants, z } from 'nightshift'

type Query = {
  pid: number
  user: string
  application: string
  seconds: number
  waiting: string | null
  blockers: string
  query: string
}

const QUERIES = `select pid, coalesce(usename::text, '') as user, application_name as application,
       extract(epoch from now() - query_start)::int as seconds, wait_event_type || ': ' || wait_event as waiting,
       array_to_string(pg_blocking_pids(pid), ' ') as blockers, left(query, 400) as query
  from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
   and state = 'active' and query_start < now() - make_interval(secs => $1)
 order by query_start, pid limit $2`

/** Lists the statements that have run for long in this database, longest first, with what each one waits for and who blocks it. */
export default defineHandler({
  summary: 'List long-running queries with what they wait for',
  target: 'postgres',
  danger: 'read-only',
  timeout: '15s',
  params: z.strictObject({
    longerThan: duration({ min: '1s', max: '1d' }).prefault('5m'),
    atMost: z.int().min(1).max(100).default(50),
  }),

  async run({ params, target }) {
    await requireGrants(target, ['pg_read_all_stats'])
    const found = await target.query<Query>(QUERIES, [params.longerThan / 1000, params.atMost])
    const more = found.length === params.atMost ? 'at least ' : ''
    return {
      summary: `${more}${counted(found.length, 'query')} running for over ${formatDuration(params.longerThan)}`,
      columns: ['pid', 'user', 'application', 'seconds', 'waits for', 'blocked by', 'query'],
      rows: found.map((row) => [
        row.pid,
        row.user,
        row.application,
        row.seconds,
        row.waiting,
        row.blockers,
        queryShape(row.query),
      ]),
    }
  },
})
