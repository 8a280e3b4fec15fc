import { describe, expect, it } from 'vitest'
import {
  askGuards,
  FLAP_EPISODES,
  GUARDS_AFTER_MATCH,
  GUARDS_BEFORE_MATCH,
  type GuardFacts,
  type GuardReason,
  STORM_STARTS,
} from '../../src/domain/guards.ts'
import type { Limits } from '../../src/domain/policy.ts'
import { facts } from './builders.ts'

const now = new Date('2026-03-02T03:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)
const limits: Limits = { budget: { runs: 3, perMs: 3_600_000 }, blastRadius: 2, cooldownMs: 900_000 }
const guards = [...GUARDS_BEFORE_MATCH, ...GUARDS_AFTER_MATCH]
const ask = (given: Partial<GuardFacts>, own = limits) => askGuards(guards, facts(given), own, 'db', now)

/** What each guard stops, in the order in which they are asked. */
const STOPS: readonly [GuardReason, Partial<GuardFacts>][] = [
  ['kill-switch', { killSwitch: true }],
  ['maintenance-window', { windowUntil: new Date('2026-03-02T05:00:00Z') }],
  ['duplicate', { activeOnIncident: 7 }],
  ['target-busy', { activeOnTarget: 8 }],
  ['flapping', { recentIncidents: FLAP_EPISODES + 1 }],
  ['cooldown', { lastStartAt: ago(60_000) }],
  ['budget-spent', { startsInBudget: 3 }],
  ['blast-radius', { activeTargets: ['a', 'b'] }],
  ['storm', { recentStartsOfSystem: STORM_STARTS }],
  ['breaker-open', { breakerOpen: true }],
  ['shadow', { shadow: true }],
]

describe('guards', () => {
  it('all pass when nothing has happened', () => {
    const { checks, stoppedBy } = ask({})

    expect(stoppedBy).toBeNull()
    expect(checks).toHaveLength(guards.length)
    expect(checks.every((check) => check.passed)).toBe(true)
  })

  it.each(STOPS)('%s stops alone, with a reason for people', (reason, given) => {
    const { checks, stoppedBy } = ask(given)

    expect(stoppedBy).toBe(reason)
    expect(checks.at(-1)).toMatchObject({ passed: false, detail: expect.stringMatching(/.{5}/) })
  })

  it.each(STOPS.map(([reason], index) => [reason, index] as const))(
    '%s is asked before all that follow it, and after it nobody is asked',
    (reason, index) => {
      const { checks, stoppedBy } = ask(Object.assign({}, ...STOPS.slice(index).map(([, given]) => given)))

      expect(stoppedBy).toBe(reason)
      expect(checks).toHaveLength(index + 1)
    },
  )

  it('cover every reason exactly once', () => {
    expect(guards.map((guard) => guard.reason)).toEqual(STOPS.map(([reason]) => reason))
  })
})

describe('at its edge', () => {
  it.each<[string, Partial<GuardFacts>, GuardReason | null]>([
    ['cooldown passes on the millisecond it ends', { lastStartAt: ago(900_000) }, null],
    ['cooldown stops one millisecond before', { lastStartAt: ago(899_999) }, 'cooldown'],
    ['cooldown stops on a start in the future, when clocks disagree', { lastStartAt: ago(-60_000) }, 'cooldown'],
    ['the last run of a budget passes', { startsInBudget: 2 }, null],
    ['a budget that was made smaller stops', { startsInBudget: 9 }, 'budget-spent'],
    ['the last target of the blast radius passes', { activeTargets: ['a'] }, null],
    ['a target that is counted already is not counted twice', { activeTargets: ['a', 'db'] }, null],
    ['the last episode before flapping passes', { recentIncidents: FLAP_EPISODES }, null],
    ['the last start before a storm passes', { recentStartsOfSystem: STORM_STARTS - 1 }, null],
  ])('%s', (_, given, expected) => {
    expect(ask(given).stoppedBy).toBe(expected)
  })

  it('a rule without a budget is not stopped by one', () => {
    expect(ask({ startsInBudget: 1000 }, { ...limits, budget: null }).stoppedBy).toBeNull()
  })
})
