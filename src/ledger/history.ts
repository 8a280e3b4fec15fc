import { FLAP_EPISODES, FLAP_WITHIN_MS, STORM_WITHIN_MS } from '../domain/guards.ts'
import { alertKey, BREAKER_RESET_MS, type History, type HistoryQuestion } from '../domain/history.ts'
import { ACTIVE_STATES } from '../domain/remediation.ts'
import type { Db } from './database.ts'

/** Loads what the guards need for these decisions: a fixed number of statements, each on an index, however long the history is. */
export async function loadHistory(tx: Db, ask: HistoryQuestion, now: Date): Promise<History> {
  const before = (ms: number) => new Date(now.getTime() - ms)
  const kill = await tx.query<{ is_on: boolean }>('select is_on from kill_switch')
  const windows = await tx.query<{ system: string | null; until: Date }>(
    'select system, ends_at as until from maintenance_window where cancelled_at is null and ends_at > $1 and starts_at <= $1',
    [now],
  )
  const active = await tx.query<{ id: number; incident: number | null; system: string; rule: string; target: string }>(
    `select id, incident, system, rule, target from remediation
      where state = any($1) and (target = any($2) or (system = any($3) and rule = any($4))) order by id`,
    [ACTIVE_STATES, ask.targets, ask.systems, ask.rules],
  )
  const starts = await tx.query<{ system: string; rule: string; target: string; at: Date }>(
    `select system, rule, target, started_at as at from remediation
      where system = any($1) and rule = any($2) and started_at > $3
     union all
     select system, rule, target, created_at from remediation
      where started_at is null and state = any($4) and system = any($1) and rule = any($2)`,
    [ask.systems, ask.rules, before(ask.horizonMs), ACTIVE_STATES],
  )
  const episodes = await tx.query<{ source: string; fingerprint: string; n: number }>(
    `select ask.source, ask.fingerprint, count(recent.opened_at)::int as n
       from unnest($1::text[], $2::text[]) as ask (source, fingerprint)
       left join lateral (select opened_at from incident
              where incident.source = ask.source and incident.fingerprint = ask.fingerprint
              order by id desc limit $4) as recent on recent.opened_at > $3
      group by 1, 2`,
    [
      ask.alerts.map((alert) => alert.source),
      ask.alerts.map((alert) => alert.fingerprint),
      before(FLAP_WITHIN_MS),
      FLAP_EPISODES + 1,
    ],
  )
  const recent = await tx.query<{ system: string; n: number }>(
    'select system, count(*)::int as n from remediation where system = any($1) and created_at > $2 and state <> $3 group by system',
    [ask.systems, before(STORM_WITHIN_MS), 'suppressed'],
  )
  const breakers = await tx.query<{ name: string }>('select name from breaker where opened_at > $1', [
    before(BREAKER_RESET_MS),
  ])
  return {
    // No row would mean that somebody emptied the table: act only on a recorded "off".
    killSwitch: kill.rows[0]?.is_on ?? true,
    windows: windows.rows,
    active: active.rows,
    starts: starts.rows,
    episodes: new Map(episodes.rows.map((row) => [alertKey(row.source, row.fingerprint), row.n])),
    recentBySystem: new Map(recent.rows.map((row) => [row.system, row.n])),
    openBreakers: new Set(breakers.rows.map((row) => row.name)),
    shadow: ask.shadow,
  }
}
