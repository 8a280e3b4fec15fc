import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Labels } from '../../src/domain/alert.ts'
import { decide, findRule } from '../../src/domain/decide.ts'
import type { GuardFacts } from '../../src/domain/guards.ts'
import { MODES } from '../../src/domain/policy.ts'
import { aMatcher, aPolicy, aRule, aSet, aStep } from './builders.ts'

const now = new Date('2026-03-02T03:00:00Z')
const time = fc.date({ min: new Date('2026-03-01'), max: new Date('2026-03-03'), noInvalidDate: true })

/** Quiet three times out of four: with every guard as likely to stop as to pass, hardly a case would get to the end. */
function mostly<T>(quiet: T, noisy: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(quiet) }, { weight: 1, arbitrary: noisy })
}

const anyFacts: fc.Arbitrary<GuardFacts> = fc.record({
  killSwitch: mostly(false, fc.boolean()),
  windowUntil: mostly(null, fc.option(time)),
  activeOnIncident: mostly(null, fc.option(fc.nat())),
  activeOnTarget: mostly(null, fc.option(fc.nat())),
  recentIncidents: mostly(1, fc.nat({ max: 10 })),
  lastStartAt: mostly(null, fc.option(time)),
  startsInBudget: mostly(0, fc.nat({ max: 5 })),
  activeTargets: mostly([], fc.array(fc.constantFrom('db', 'db-a', 'other'))),
  recentStartsOfSystem: mostly(0, fc.nat({ max: 30 })),
  breakerOpen: mostly(false, fc.boolean()),
  shadow: mostly(false, fc.boolean()),
})

const anyRule = fc
  .record({
    modes: fc.array(fc.constantFrom(...MODES), { minLength: 1, maxLength: 3 }),
    target: fc.constantFrom('db', 'db-{{ labels.x }}', '{{ labels.x }}', 'gone'),
    params: fc.constantFrom({}, { user: '{{ labels.user }}' }),
    alertname: mostly('X', fc.constant('Y')),
    budget: fc.option(fc.record({ runs: fc.integer({ min: 1, max: 4 }), perMs: fc.constant(3_600_000) })),
    blastRadius: fc.integer({ min: 1, max: 3 }),
    cooldownMs: fc.constantFrom(0, 900_000),
  })
  .map(({ modes, target, params, alertname, ...limits }) =>
    aRule({
      match: [aMatcher(`alertname="${alertname}"`)],
      steps: modes.map((mode) => aStep({ mode, target, params })),
      limits,
    }),
  )

const anyText = fc.oneof(fc.constantFrom('X', 'Y', 'a', 'db', '', 'constructor', "'; drop table x"), fc.string())
const anyLabels = fc
  .tuple(
    mostly<Labels>({ alertname: 'X' }, fc.constant({})),
    fc.dictionary(fc.constantFrom('alertname', 'x', 'user', 'severity'), anyText),
  )
  .map(([name, others]) => ({ ...others, ...name }))

const anyCase = fc.record({
  rules: fc.array(anyRule, { maxLength: 3 }),
  labels: anyLabels,
  stepIndex: mostly(0, fc.nat({ max: 3 })),
  facts: anyFacts,
})

/** Decides about each generated case and hands all of it to the check. */
function forAll(check: (given: ReturnType<typeof decidedOf>) => void): void {
  fc.assert(
    fc.property(anyCase, (given) => {
      check(decidedOf(given))
    }),
    { numRuns: 2000 },
  )
}

function decidedOf(given: typeof anyCase extends fc.Arbitrary<infer T> ? T : never) {
  const policy = aPolicy({ targets: ['db', 'db-a'], rules: [...given.rules] })
  const match = findRule(given.labels, aSet(policy))
  const again = () => decide(given.labels, match, given.stepIndex, given.facts, 'P3', now)
  return { ...given, policy, match, decision: again(), again }
}

describe('decide, for any labels, rules and history', () => {
  it('comes to every outcome, so that the properties below speak of something', () => {
    const outcomes = new Set(fc.sample(anyCase, 3000).map((given) => decidedOf(given).decision.outcome))

    expect([...outcomes].sort()).toEqual(['act', 'ask', 'follow', 'hand-over'])
  })

  it('always answers, with a sentence and a check that agrees with the outcome', () => {
    forAll(({ decision }) => {
      expect(decision.detail.length).toBeGreaterThan(5)
      const isStopped = decision.checks.some(({ passed }) => !passed)
      if (decision.outcome === 'act' || decision.outcome === 'ask') expect(isStopped).toBe(false)
    })
  })

  it('never acts or asks with the kill switch on, in a window, in shadow, with an open breaker or without a rule', () => {
    forAll(({ decision, facts, match }) => {
      const mayNot = facts.killSwitch || facts.windowUntil || facts.shadow || facts.breakerOpen || match === null
      if (mayNot) expect(['hand-over', 'follow']).toContain(decision.outcome)
    })
  })

  it('never starts anything at a target that somebody is at', () => {
    forAll(({ decision, facts }) => {
      if (facts.activeOnTarget !== null) expect(['hand-over', 'follow']).toContain(decision.outcome)
    })
  })

  it('acts only on an auto step and asks only for the others, of the rule that matched', () => {
    forAll(({ decision, match, stepIndex }) => {
      const mode = match?.rule.steps[stepIndex]?.mode
      if (decision.outcome === 'act') expect(mode).toBe('auto')
      if (decision.outcome === 'ask') expect(['approve', 'approve-two']).toContain(mode)
    })
  })

  it('names registered targets only, and leaves no placeholder in what would run', () => {
    forAll(({ decision, policy, labels }) => {
      if (decision.step === null) return
      expect(Object.keys(policy.targets)).toContain(decision.step.target)
      const { user } = decision.step.params
      if (user !== undefined) expect(user).toBe(labels.user)
    })
  })

  it('gives the same decision for the same values', () => {
    forAll(({ decision, again }) => expect(again()).toEqual(decision))
  })
})
