import { formatDuration } from '../../domain/duration.ts'
import type { PostgresTarget } from '../targets.ts'
import { queryShape } from './query-shape.ts'

/** Which sessions a handler is after. The safety conditions below hold beside it, always. */
export type SessionFilter = {
  state: 'idle' | 'idle in transaction' | 'active'
  /** How long in this state; for `active`, how long the statement has run. In ms. */
  longerThan: number
  /** Only these roles' sessions; absent: every ordinary role's. */
  users?: readonly string[] | undefined
  /** Sessions whose application_name begins with one of these are left alone, in upper or lower case. */
  exceptApplications?: readonly string[] | undefined
}

/** One session, known by what nobody can forge by chance: pid, its start, and the start of what it is doing now. */
export type Session = {
  pid: number
  user: string
  application: string
  state: string
  /** Since when it has been so, ISO 8601. */
  since: string
  query: string
  /** Microsecond-exact epochs, as PostgreSQL writes them: a pid that was given to somebody else differs here. */
  startedAt: string
  sinceAt: string
}

// Programs whose sessions look idle or slow while they do their duty: dumps, backups, maintenance, and Nightshift itself,
// whichever of its replicas. Prefixes, lower case.
const PROTECTED_APPLICATIONS = [
  'nightshift',
  'pg_dump',
  'pg_restore',
  'pg_basebackup',
  'pg_receivewal',
  'pg_recvlogical',
  'pg_upgrade',
  'pg_amcheck',
  'pg_repack',
  'pgbackrest',
  'barman',
  'wal-g',
  'vacuumdb',
  'reindexdb',
  'clusterdb',
]

// A schema change or maintenance that is cut off leaves an invalid index or repeats hours of work, so it is nobody's "long
// query". The text finds those that wait for their lock; the progress views those inside a function or a longer script.
const MAINTENANCE =
  '^(\\s|--[^\\n]*\\n|/\\*.*?\\*/)*(alter|analyze|checkpoint|cluster|create|drop|reindex|refresh|truncate|vacuum)\\y'

// Age of idleness is the last change of state: query_start would be the start of the last statement (trap T-11).
const SINCE = `case a.state when 'active' then a.query_start else a.state_change end`

// Stands in the choice and in the kill alike, so that a session that changed in between is not hit. Other databases,
// superusers, replication, background and parallel workers and autovacuum are out of reach by construction.
const WITHIN_REACH = `
  from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
 where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
   and not r.rolsuper and not r.rolreplication
   and not exists (select from unnest($4::text[]) prefix where starts_with(lower(a.application_name), lower(prefix)))
   and not exists (select from pg_stat_progress_analyze p where p.pid = a.pid)
   and not exists (select from pg_stat_progress_cluster p where p.pid = a.pid)
   and not exists (select from pg_stat_progress_create_index p where p.pid = a.pid)
   and a.state = any($1::text[])
   and (a.state <> 'active' or a.query !~* $5)
   and ${SINCE} < now() - make_interval(secs => $2)
   and ($3::text[] is null or r.rolname = any($3::text[]))`

const FIND = `select a.pid, r.rolname::text as user, a.application_name as application, a.state,
       to_char(${SINCE} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
       left(a.query, 400) as query,
       extract(epoch from a.backend_start)::text as "startedAt", extract(epoch from ${SINCE})::text as "sinceAt",
       count(*) over ()::int as total
 ${WITHIN_REACH}
 order by ${SINCE}, a.pid limit $6`

/** The sessions that match, longest first, at most so many; and how many match in all. */
export async function findSessions(
  target: PostgresTarget,
  filter: SessionFilter,
  atMost: number,
): Promise<{ sessions: Session[]; total: number }> {
  const rows = await target.query<Session & { total: number }>(FIND, [...bind(filter), atMost])
  return { sessions: rows.map(({ total: _, ...session }) => session), total: rows[0]?.total ?? 0 }
}

// Waits until the backend is gone: a slot is free again only then.
const WAIT_MS = 2_000

const END = `select pg_terminate_backend(a.pid, ${WAIT_MS}) as ended ${WITHIN_REACH}
   and a.pid = $6 and extract(epoch from a.backend_start) = $7::numeric and extract(epoch from ${SINCE}) = $8::numeric`

/** What became of one session: `gone` when it ended, or went on to something else, by itself. */
export type Ending = 'ended' | 'gone' | 'stuck'

/** Ends exactly this session, if it still is and still does what it was chosen for; all of it is asked in the one statement. */
export async function endSession(target: PostgresTarget, filter: SessionFilter, session: Session): Promise<Ending> {
  const [row] = await target.query<{ ended: boolean }>(END, [
    ...bind(filter),
    session.pid,
    session.startedAt,
    session.sinceAt,
  ])
  if (!row) return 'gone'
  return row.ended ? 'ended' : 'stuck'
}

function bind({ state, longerThan, users, exceptApplications = [] }: SessionFilter): unknown[] {
  // A failed transaction that nobody rolls back holds its connection just the same.
  const states = state === 'idle in transaction' ? [state, 'idle in transaction (aborted)'] : [state]
  return [states, longerThan / 1000, users ?? null, [...PROTECTED_APPLICATIONS, ...exceptApplications], MAINTENANCE]
}

/**
 * One session in words, the same words as long as it goes on: the start instead of the age, because an approval is for
 * exactly what was shown. Names are the clients' own text; what could break out of a line is replaced.
 */
export function describeSession({ pid, user, application, state, since, query }: Session): string {
  const who = application === '' ? user : `${user} (${application})`
  const what = state === 'active' ? `: ${queryShape(query)}` : ''
  return `pid ${pid}, ${who.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')}: ${state} since ${since}${what}`
}

/** `3 sessions idle in transaction for over 5m`, `no queries running for over 5m`. */
export function describeCount(count: number, { state, longerThan }: SessionFilter): string {
  const what = state === 'active' ? `${counted(count, 'query')} running` : `${counted(count, 'session')} ${state}`
  return `${what} for over ${formatDuration(longerThan)}`
}

/** `no queries`, `1 query`, `2 sessions`. */
export function counted(count: number, one: 'query' | 'session'): string {
  const many = one === 'query' ? 'queries' : 'sessions'
  return count === 1 ? `1 ${one}` : `${count === 0 ? 'no' : count} ${many}`
}
