import type { GuardFacts } from '../../src/domain/guards.ts'
import { isMatcher, type Matcher, parseMatcher } from '../../src/domain/matcher.ts'
import type { Policy, PolicySet, Rule, Step } from '../../src/domain/policy.ts'
import type { SeverityRow } from '../../src/domain/severity.ts'

export function aMatcher(text: string): Matcher {
  const parsed = parseMatcher(text)
  if (!isMatcher(parsed)) throw new Error(parsed.problem)
  return parsed
}

export function aStep(given: Partial<Step> = {}): Step {
  return {
    handler: 'test/fix',
    target: 'db',
    params: {},
    mode: 'auto',
    verify: { promql: null, withinMs: 120_000, everyMs: 5000 },
    approveWithinMs: 900_000,
    ...given,
  }
}

export function aRule(given: Partial<Rule> = {}): Rule {
  return {
    name: 'rule',
    match: [aMatcher('alertname="X"')],
    severity: 'P2',
    runbook: null,
    diagnose: [],
    steps: [aStep()],
    limits: { budget: { runs: 3, perMs: 3_600_000 }, blastRadius: 1, cooldownMs: 900_000 },
    otherwise: 'escalate',
    approvers: ['ana'],
    shadow: false,
    position: 'policies/fluxbase.yaml:1:1',
    ...given,
  }
}

export function aPolicy({ targets = ['db'], rules = [aRule()] }: { targets?: string[]; rules?: Rule[] } = {}): Policy {
  return {
    system: 'fluxbase',
    owner: 'team',
    file: 'policies/fluxbase.yaml',
    hash: 'hash',
    targets: Object.fromEntries(targets.map((name) => [name, { name, kind: 'postgres', settings: {} }])),
    rules,
  }
}

export function aSet(...policies: Policy[]): PolicySet {
  const row: SeverityRow = { holdMs: 600_000, acknowledgeWithinMs: 900_000, chain: ['ana'] }
  return {
    policies,
    severity: {
      people: { ana: { name: 'Ana' } },
      groups: {},
      unmatched: 'P3',
      rows: { P1: { ...row, holdMs: 0 }, P2: row, P3: row, P4: row, SEC: { ...row, holdMs: 0 } },
      systems: {},
      channels: {},
    },
    hash: 'set',
  }
}

/** A ledger in which nothing has happened yet. */
export function facts(given: Partial<GuardFacts> = {}): GuardFacts {
  return {
    killSwitch: false,
    windowUntil: null,
    activeOnIncident: null,
    activeOnTarget: null,
    recentIncidents: 1,
    lastStartAt: null,
    startsInBudget: 0,
    activeTargets: [],
    recentStartsOfSystem: 0,
    breakerOpen: false,
    shadow: false,
    ...given,
  }
}
