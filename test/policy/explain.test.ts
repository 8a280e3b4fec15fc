import { describe, expect, it } from 'vitest'
import type { Labels } from '../../src/domain/alert.ts'
import type { GuardFacts } from '../../src/domain/guards.ts'
import type { Rule } from '../../src/domain/policy.ts'
import { type Explanation, explain, quietFacts } from '../../src/policy/explain.ts'
import { explainLines } from '../../src/policy/explain-lines.ts'
import { aMatcher, aPolicy, aRule, aSet, aStep } from '../domain/builders.ts'

const now = new Date('2026-03-02T03:00:00Z')
const X = { alertname: 'X', system: 'fluxbase' }

function explained(labels: Labels, rules: Partial<Rule>[], given: Partial<GuardFacts> = {}): Explanation {
  const set = aSet(aPolicy({ targets: ['db', 'db-a'], rules: rules.map(aRule) }))
  const severity = {
    ...set.severity,
    people: { ana: { name: 'Ana' }, ben: { name: 'Ben' } },
    groups: { '@oncall': ['ana', 'ben'] },
    rows: { ...set.severity.rows, P2: { holdMs: 600_000, acknowledgeWithinMs: 900_000, chain: ['@oncall', 'ben'] } },
  }
  return explain(labels, { ...set, severity }, (match) => ({ ...quietFacts(match), ...given }), now)
}

describe('explain', () => {
  it('names the rule that decides, where it stands, and every guard that was asked', () => {
    const explanation = explained(X, [{ name: 'fix' }])

    expect(explanation).toMatchObject({
      rule: { system: 'fluxbase', name: 'fix', position: 'policies/fluxbase.yaml:1:1', policyHash: 'hash' },
      severity: 'P2',
      decision: { outcome: 'act', reason: 'allowed' },
    })
    expect(explanation.checks).toHaveLength(12)
  })

  it('shows the whole ladder with the labels put in, and who may approve', () => {
    const steps = [
      aStep({ target: 'db-{{ labels.part }}' }),
      aStep({ mode: 'approve-two', params: { longerThan: '5m' } }),
    ]
    const { ladder } = explained({ ...X, part: 'a' }, [{ steps, approvers: ['@oncall', 'ana'] }])

    expect(ladder).toMatchObject([
      { number: 1, step: { target: 'db-a', mode: 'auto' }, approval: null },
      { number: 2, step: { params: { longerThan: '5m' } }, approval: { needed: 2, people: ['ana', 'ben'] } },
    ])
  })

  it('says why a step is not possible', () => {
    const { ladder, decision } = explained(X, [{ steps: [aStep({ target: 'db-{{ labels.part }}' })] }])

    expect(decision.reason).toBe('label-missing')
    expect(ladder).toMatchObject([{ reason: 'label-missing', detail: 'the alert has no label part' }])
  })

  it('holds the page while a fix is tried, and pages at once when nothing is done', () => {
    expect(explained(X, [{}]).pages).toEqual([
      { afterMs: 600_000, to: '@oncall', people: ['ana', 'ben'] },
      { afterMs: 1_500_000, to: 'ben', people: ['ben'] },
    ])
    expect(explained(X, [{}], { killSwitch: true }).pages.map(({ afterMs }) => afterMs)).toEqual([0, 900_000])
  })

  it('asks the guards with the facts that it is given', () => {
    expect(explained(X, [{}], { startsInBudget: 3 }).decision).toMatchObject({
      outcome: 'hand-over',
      reason: 'budget-spent',
    })
  })

  it('takes a rule on trial for what it is', () => {
    expect(explained(X, [{ shadow: true }]).decision.reason).toBe('shadow')
  })

  it('tells which matcher of which other rule fails, nearest first', () => {
    const rules = [
      { name: 'far', match: [aMatcher('alertname="Y"'), aMatcher('team="a"')] },
      { name: 'near', match: [aMatcher('alertname="X"'), aMatcher('team="a"')] },
    ]

    expect(explained(X, rules).nearMisses).toEqual([
      { rule: 'near', position: expect.any(String), fails: [{ matcher: 'team="a"', actual: null }] },
      {
        rule: 'far',
        position: expect.any(String),
        fails: [
          { matcher: 'alertname="Y"', actual: 'X' },
          { matcher: 'team="a"', actual: null },
        ],
      },
    ])
  })

  it('tells of a rule that would match too, had it stood first', () => {
    const explanation = explained(X, [{ name: 'first' }, { name: 'second' }])

    expect(explanation.nearMisses).toMatchObject([{ rule: 'second', fails: [] }])
    expect(explainLines(explanation).at(-1)).toMatch(/second .* matches too, but first stands before it/)
  })

  it('looks for near misses in every system when the alert names none that is known', () => {
    expect(explained({ alertname: 'Y', system: 'other' }, [{ name: 'fix' }]).nearMisses).toHaveLength(1)
  })
})

describe('explainLines', () => {
  it('reads as a story', () => {
    const steps = [aStep({ params: { idleFor: '5m' } }), aStep({ mode: 'approve', approveWithinMs: 600_000 })]
    const text = explainLines(explained(X, [{ name: 'fix', steps, approvers: ['@oncall'] }])).join('\n')

    expect(text).toContain('rule      fix of fluxbase (policies/fluxbase.yaml:1:1)')
    expect(text).toContain('guard     passes  kill switch')
    expect(text).toContain('decision  act, allowed: rule fix allows test/fix by itself')
    expect(text).toContain('step 1/2  test/fix on db (idleFor: 5m), auto')
    expect(text).toContain('needs 1 of ana, ben within 10m')
    expect(text).toContain('page      after 10m  @oncall (ana, ben)\n          after 25m  ben')
  })

  it('names the people behind a group, also when it is one', () => {
    const explanation = explained(X, [{}])
    const text = explainLines({ ...explanation, pages: [{ afterMs: 0, to: '@oncall', people: ['ana'] }] }).join('\n')

    expect(text).toContain('page      at once  @oncall (ana)')
  })

  it('shows the guard that stopped', () => {
    const text = explainLines(explained(X, [{}], { killSwitch: true })).join('\n')

    expect(text).toContain('guard     STOPS   kill switch: on')
  })

  it('lets no label steer the terminal, break a line or turn the reading direction', () => {
    const hostile = { alertname: 'X\u001b[2J\nrule: none', system: 'db\u202e\u0085\u009b1m', part: '\u001b]0;x\u0007' }
    const rules = [{ steps: [aStep({ target: '{{ labels.part }}' })], match: [aMatcher('alertname=~"X.*"')] }]

    for (const line of explainLines(explained(hostile, rules))) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    }
  })
})
