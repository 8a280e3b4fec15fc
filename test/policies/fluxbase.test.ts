import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Labels } from '../../src/domain/alert.ts'
import type { Outcome, Reason } from '../../src/domain/decide.ts'
import type { GuardFacts } from '../../src/domain/guards.ts'
import { explain, quietFacts } from '../../src/policy/explain.ts'
import { POLICIES, registry, shipped } from './shipped.ts'

const now = new Date('2026-03-02T03:00:00Z')
const fluxbase = (alertname: string, more: Labels = {}): Labels => ({ alertname, system: 'fluxbase', ...more })
const explained = (labels: Labels, given: Partial<GuardFacts> = {}) =>
  explain(labels, shipped, (match) => ({ ...quietFacts(match), ...given }), now)

type Row = [
  labels: Labels,
  rule: string | null,
  severity: string,
  outcome: Outcome,
  reason: Reason,
  handler: string | null,
]

const IDLE = 'postgres/terminate-idle-sessions'
const LONG = 'postgres/terminate-long-queries'

/** What follows from which alert when nothing has happened before. */
const TABLE: Row[] = [
  // FLX-09
  [fluxbase('FluxbaseConnectionPoolExhausted'), 'connection-pool-exhausted', 'P2', 'act', 'allowed', IDLE],
  [fluxbase('FluxbaseConnectionPoolBusy'), 'connection-pool-exhausted', 'P2', 'act', 'allowed', IDLE],
  [fluxbase('ConnectionPoolExhausted'), 'connection-pool-exhausted', 'P2', 'act', 'allowed', IDLE],
  [fluxbase('FluxbaseDbConnectionsSaturated'), 'database-connections-saturated', 'P1', 'act', 'allowed', IDLE],
  // FLX-10
  [fluxbase('FluxbaseDbClientsWaiting'), 'clients-waiting', 'P2', 'ask', 'needs-approval', LONG],
  // FLX-11
  [fluxbase('FluxbaseDbQuerySlow'), 'slow-queries', 'P3', 'ask', 'needs-approval', LONG],
  // FLX-34
  [fluxbase('FluxbasePoolWarning'), 'pool-warning', 'P3', 'hand-over', 'notify-only', null],
  // Not ours, or not said to be.
  [{ alertname: 'FluxbaseDbQuerySlow', system: 'rustchat' }, null, 'P3', 'hand-over', 'no-rule', null],
  [{ alertname: 'ConnectionPoolExhausted', severity: 'critical' }, null, 'P1', 'hand-over', 'no-rule', null],
  [fluxbase('FluxbaseConnectionPoolExhausted2'), null, 'P3', 'hand-over', 'no-rule', null],
  [fluxbase('FluxbaseDiskCritical', { severity: 'security' }), null, 'SEC', 'hand-over', 'no-rule', null],
  [{}, null, 'P3', 'hand-over', 'no-rule', null],
]

describe('policies/fluxbase.yaml', () => {
  it.each(TABLE)('%j -> rule %s, %s, %s, %s, %s', (labels, rule, severity, outcome, reason, handler) => {
    const { decision, ladder, ...explanation } = explained(labels)

    expect(explanation.rule?.name ?? null).toBe(rule)
    expect(explanation.severity).toBe(severity)
    expect(decision).toMatchObject({ outcome, reason })
    const [first] = ladder
    expect(first && 'step' in first ? first.step.handler : null).toBe(handler)
  })

  it('has a row in the table above for every rule', () => {
    const rules = shipped.policies.find(({ system }) => system === 'fluxbase')?.rules ?? []

    expect(new Set(TABLE.flatMap(([, rule]) => rule ?? []))).toEqual(new Set(rules.map(({ name }) => name)))
  })

  it('ends idle transactions by itself, and queries only with a yes', () => {
    const modes = shipped.policies.flatMap(({ rules }) => rules.flatMap(({ steps }) => steps))

    expect(new Set(modes.filter(({ handler }) => handler === IDLE).map(({ mode }) => mode))).toEqual(new Set(['auto']))
    expect(new Set(modes.filter(({ handler }) => handler === LONG).map(({ mode }) => mode))).toEqual(
      new Set(['approve']),
    )
    for (const { handler, params } of modes) {
      if (handler === IDLE) expect(params).toMatchObject({ state: 'idle in transaction' })
    }
  })

  it('ends at most 20 sessions a run, three runs an hour, one database at a time', () => {
    for (const { steps, limits } of shipped.policies.flatMap(({ rules }) => rules)) {
      for (const { params } of steps) expect(Number(params.atMost)).toBeLessThanOrEqual(20)
      if (steps.length > 0) expect(limits).toMatchObject({ blastRadius: 1, budget: { runs: 3 } })
    }
  })

  it.each<[string, Partial<GuardFacts>, Reason]>([
    ['a fourth time within the hour', { startsInBudget: 3 }, 'budget-spent'],
    ['twice within a quarter of an hour', { lastStartAt: new Date(now.getTime() - 899_000) }, 'cooldown'],
    ['with the kill switch on', { killSwitch: true }, 'kill-switch'],
  ])('does not act %s', (_, given, reason) => {
    const { decision, pages } = explained(fluxbase('FluxbaseConnectionPoolExhausted'), given)

    expect(decision).toMatchObject({ outcome: 'hand-over', reason })
    expect(pages[0]?.afterMs).toBe(0)
  })

  it('names only parameters that the handlers decode', () => {
    for (const { handler, params } of shipped.policies.flatMap(({ rules }) =>
      rules.flatMap(({ steps, diagnose }) => [...diagnose, ...steps]),
    ))
      expect(registry.get(handler)?.params.safeParse(params).error).toBeUndefined()
  })
})

describe('policies/alerts/fluxbase.rules.yaml', async () => {
  type Rules = { groups: { rules: { alert: string; labels: Labels; annotations: Labels }[] }[] }
  const text = await readFile(join(POLICIES, 'alerts', 'fluxbase.rules.yaml'), 'utf8')
  const alerts = (parse(text) as Rules).groups.flatMap(({ rules }) => rules)

  it.each(alerts.map(({ alert, labels, annotations }) => [alert, labels, annotations] as const))(
    '%s has a rule of the same severity, with the runbook that it names',
    (alertname, labels, annotations) => {
      const { rule, severity } = explained({ alertname, ...labels })

      const found = shipped.policies.flatMap(({ rules }) => rules).find(({ name }) => name === rule?.name)
      expect(found).toBeDefined()
      expect(severity).toBe(labels.severity)
      expect(found?.runbook).toBe(annotations.runbook_url)
    },
  )

  it("raises every alert that a rule waits for, but for the seeds' own name of one of them", () => {
    const raised = new Set(alerts.map(({ alert }) => alert))
    const awaited = shipped.policies.flatMap(({ rules }) =>
      rules.flatMap(({ match }) =>
        match.filter(({ label }) => label === 'alertname').flatMap(({ value }) => value.split('|')),
      ),
    )

    expect(awaited.filter((name) => !raised.has(name))).toEqual(['ConnectionPoolExhausted'])
  })
})
