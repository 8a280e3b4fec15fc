import { describe, expect, it } from 'vitest'
import type { Labels } from '../../src/domain/alert.ts'
import { type Decision, decide, findRule } from '../../src/domain/decide.ts'
import type { GuardFacts } from '../../src/domain/guards.ts'
import type { Policy, Rule } from '../../src/domain/policy.ts'
import { aMatcher, aPolicy, aRule, aSet, aStep, facts } from './builders.ts'

const now = new Date('2026-03-02T03:00:00Z')
const FIRING = { alertname: 'X' }

type Given = { labels?: Labels; policy?: Policy; stepIndex?: number; facts?: Partial<GuardFacts> }

function decideOn({ labels = FIRING, policy = aPolicy(), stepIndex = 0, facts: given = {} }: Given): Decision {
  const match = findRule(labels, aSet(policy))
  return decide(labels, match, stepIndex, facts(given), 'P3', now)
}
const withRule = (rule: Partial<Rule>) => aPolicy({ targets: ['db', 'db-a'], rules: [aRule(rule)] })

describe('decide', () => {
  it.each<[string, Given, Decision['outcome'], Decision['reason']]>([
    ['lets an auto step run', {}, 'act', 'allowed'],
    [
      'asks for an approve step',
      { policy: withRule({ steps: [aStep({ mode: 'approve' })] }) },
      'ask',
      'needs-approval',
    ],
    ['asks for two', { policy: withRule({ steps: [aStep({ mode: 'approve-two' })] }) }, 'ask', 'needs-approval'],
    ['only tells for notify', { policy: withRule({ steps: [aStep({ mode: 'notify' })] }) }, 'hand-over', 'notify-only'],
    ['only tells for a rule without steps', { policy: withRule({ steps: [] }) }, 'hand-over', 'notify-only'],
    ['hands over what no rule matches', { labels: { alertname: 'Y' } }, 'hand-over', 'no-rule'],
    ['hands over when the ladder is at its end', { stepIndex: 1 }, 'hand-over', 'no-step-left'],
    [
      'hands over when the label that names the target is missing',
      { policy: withRule({ steps: [aStep({ target: 'db-{{ labels.x }}' })] }) },
      'hand-over',
      'label-missing',
    ],
    [
      'hands over when a parameter has no label to fill it',
      { policy: withRule({ steps: [aStep({ params: { user: '{{ labels.user }}' } })] }) },
      'hand-over',
      'label-missing',
    ],
    [
      'hands over a target that is not registered',
      { labels: { ...FIRING, x: 'z' }, policy: withRule({ steps: [aStep({ target: 'db-{{ labels.x }}' })] }) },
      'hand-over',
      'unknown-target',
    ],
    ['follows who is at the target already', { facts: { activeOnTarget: 4 } }, 'follow', 'target-busy'],
    ['stops for the kill switch', { facts: { killSwitch: true } }, 'hand-over', 'kill-switch'],
    ['records and does not act in shadow', { facts: { shadow: true } }, 'hand-over', 'shadow'],
  ])('%s', (_, given, outcome, reason) => {
    expect(decideOn(given)).toMatchObject({ outcome, reason, detail: expect.stringMatching(/.{10}/) })
  })

  it('puts the labels into the step that it allows', () => {
    const policy = withRule({ steps: [aStep({ target: 'db-{{ labels.x }}', params: { user: '{{ labels.user }}' } })] })

    const { step } = decideOn({ labels: { ...FIRING, x: 'a', user: 'eve' }, policy })

    expect(step).toMatchObject({ target: 'db-a', params: { user: 'eve' } })
  })

  it('keeps one check per guard that was asked, in order, the match among them', () => {
    const { checks } = decideOn({ facts: { startsInBudget: 3 } })

    expect(checks.map(({ guard }) => guard)).toEqual([
      'kill switch',
      'window',
      'match',
      'duplicate',
      'target lock',
      'flap',
      'cooldown',
      'budget',
    ])
    expect(checks.map(({ passed }) => passed)).toEqual([true, true, true, true, true, true, true, false])
  })

  it('diagnoses only where the labels name a registered target', () => {
    const read = { handler: 'test/look', params: {} }
    const policy = withRule({
      diagnose: [
        { ...read, target: 'db' },
        { ...read, target: '{{ labels.x }}' },
      ],
    })

    expect(decideOn({ policy, labels: { ...FIRING, x: 'nowhere' } }).diagnose).toEqual([{ ...read, target: 'db' }])
  })

  it.each<[string, Labels, Policy, string]>([
    ['the rule', { ...FIRING, severity: 'critical' }, aPolicy(), 'P2'],
    ['the label when no rule matches', { alertname: 'Y', severity: 'critical' }, aPolicy(), 'P1'],
    ['the fallback when neither says anything', { alertname: 'Y', severity: 'constructor' }, aPolicy(), 'P3'],
  ])('takes the severity from %s', (_, labels, policy, severity) => {
    expect(decideOn({ labels, policy }).severity).toBe(severity)
  })
})

describe('findRule', () => {
  it('takes the first rule that matches, over policies and rules in order', () => {
    const first = aPolicy({
      rules: [aRule({ name: 'no', match: [aMatcher('alertname="Y"')] }), aRule({ name: 'one' })],
    })
    const second = aPolicy({ rules: [aRule({ name: 'two' })] })

    expect(findRule(FIRING, aSet(first, second))).toMatchObject({ policy: first, rule: { name: 'one' } })
    expect(findRule(FIRING, aSet(second, first))?.rule.name).toBe('two')
    expect(findRule({ alertname: 'Z' }, aSet(first, second))).toBeNull()
  })
})
