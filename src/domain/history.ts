import { FLAP_WITHIN_MS, type GuardFacts, STORM_WITHIN_MS } from './guards.ts'
import type { Rule } from './policy.ts'

/** A remediation that has not ended, as far as guards care. */
export type ActiveRemediation = { id: number; incident: number | null; system: string; rule: string; target: string }

/**
 * What the ledger knows that bears on a batch of decisions. Loaded once for the batch; each decision is recorded in it
 * before the next is made, so that the second alert of a batch sees what the first one used up.
 */
export type History = {
  killSwitch: boolean
  windows: readonly { system: string | null; until: Date }[]
  active: ActiveRemediation[]
  /** Starts, and plans not yet started, by rule. */
  starts: { system: string; rule: string; target: string; at: Date }[]
  /** Episodes of an alert within FLAP_WITHIN_MS, by alert key; capped, as only "too many" matters. */
  episodes: Map<string, number>
  /** Remediations of a system begun within STORM_WITHIN_MS. */
  recentBySystem: Map<string, number>
  openBreakers: ReadonlySet<string>
  /** Shadow mode of the whole service. */
  shadow: boolean
}

/** Which decisions a history is wanted for. */
export type HistoryQuestion = {
  systems: readonly string[]
  rules: readonly string[]
  /** '<system>/<target>' */
  targets: readonly string[]
  alerts: readonly { source: string; fingerprint: string }[]
  /** How far back starts count, in ms. */
  horizonMs: number
  shadow: boolean
}

/** What a history must cover to decide about these rules; times in ms. */
export function horizonOf(rules: readonly Rule[]): number {
  return Math.max(
    STORM_WITHIN_MS,
    FLAP_WITHIN_MS,
    ...rules.map(({ limits }) => Math.max(limits.cooldownMs, limits.budget?.perMs ?? 0)),
  )
}

/** How long an open breaker refuses before one run may try again, in ms. */
export const BREAKER_RESET_MS = 1_800_000

/** What makes two alerts the same one: where it came from, and its fingerprint. */
export function alertKey(source: string, fingerprint: string): string {
  return `${source}\n${fingerprint}`
}

/** Name of the breaker that guards a handler at a target ('<system>/<target>'). */
export function breakerName(handler: string, target: string): string {
  return `${handler} @ ${target}`
}

export type Candidate = {
  incident: number | null
  alertKey: string | null
  system: string | null
  rule: Rule | null
  handler: string | null
  /** '<system>/<target>' */
  target: string | null
}

/** Reads from the history what the guards ask about one candidate. */
export function factsFor(history: History, candidate: Candidate, now: Date): GuardFacts {
  const { incident, system, rule, target } = candidate
  const ofRule = history.starts.filter((start) => start.system === system && start.rule === rule?.name)
  const perMs = rule?.limits.budget?.perMs ?? 0
  const last = ofRule.filter((start) => start.target === target).map((start) => start.at.getTime())
  return {
    killSwitch: history.killSwitch,
    windowUntil: windowOver(history, system),
    activeOnIncident: history.active.find((active) => incident !== null && active.incident === incident)?.id ?? null,
    activeOnTarget: history.active.find((active) => active.target === target)?.id ?? null,
    recentIncidents: candidate.alertKey === null ? 0 : (history.episodes.get(candidate.alertKey) ?? 0),
    lastStartAt: last.length === 0 ? null : new Date(Math.max(...last)),
    startsInBudget: ofRule.filter((start) => start.at.getTime() > now.getTime() - perMs).length,
    activeTargets: [
      ...new Set(
        history.active
          .filter((active) => active.system === system && active.rule === rule?.name)
          .map((active) => active.target),
      ),
    ],
    recentStartsOfSystem: system === null ? 0 : (history.recentBySystem.get(system) ?? 0),
    breakerOpen:
      candidate.handler !== null && target !== null && history.openBreakers.has(breakerName(candidate.handler, target)),
    shadow: history.shadow || (rule?.shadow ?? false),
  }
}

/** Books a remediation that was just decided on, so that the next decision counts it. */
export function bookRemediation(history: History, active: ActiveRemediation, at: Date): void {
  history.active.push(active)
  history.starts.push({ system: active.system, rule: active.rule, target: active.target, at })
  history.recentBySystem.set(active.system, (history.recentBySystem.get(active.system) ?? 0) + 1)
}

function windowOver(history: History, system: string | null): Date | null {
  const ends = history.windows
    .filter((window) => window.system === null || window.system === system)
    .map((window) => window.until.getTime())
  return ends.length === 0 ? null : new Date(Math.max(...ends))
}
