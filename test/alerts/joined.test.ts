import { describe, expect, test } from 'vitest'
import { findRule } from '../../src/domain/decide.ts'
import { loadHandlers } from '../../src/handler/registry.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { alertRules } from './alert-rules.ts'

/** Alerts that our policies answer and that other people's rule files raise, with where the name comes from. */
const RAISED_ELSEWHERE: Readonly<Record<string, string>> = {
  ConnectionPoolExhausted: 'the rule of Fluxbase’s own monitoring page, which users may have',
}

const set = await loadPolicies('policies', await loadHandlers(['handlers']))
const rules = set.policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })))
const alerts = alertRules()

describe('alerts and policies', () => {
  test.each(alerts.map((rule) => [rule.alert, rule] as const))('%s finds a rule of its own system', (alert, raised) => {
    const match = findRule({ alertname: alert, ...raised.labels }, set)
    expect(match?.policy.system).toBe(raised.labels.system)
    expect(match?.rule.severity).toBe(raised.labels.severity)
  })

  test.each(alerts.map((rule) => [rule.alert, rule] as const))('%s names a target of its system', (_, { labels }) => {
    const policy = set.policies.find(({ system }) => system === labels.system)
    expect(Object.keys(policy?.targets ?? {})).toContain(labels.target)
  })

  test.each(alerts.map((rule) => [rule.alert, rule] as const))(
    '%s and its rule send people to the same runbook',
    (alert, raised) => {
      const match = findRule({ alertname: alert, ...raised.labels }, set)
      expect(match?.rule.runbook).toBe(raised.annotations.runbook_url)
    },
  )

  test.each(rules.map(({ rule }) => [rule.name, rule] as const))(
    'rule %s waits for alerts that somebody raises',
    (_, rule) => {
      const names = rule.match.filter(({ label }) => label === 'alertname').flatMap(({ value }) => value.split('|'))
      const known = [...alerts.map(({ alert }) => alert), ...Object.keys(RAISED_ELSEWHERE)]
      expect(names.length).toBeGreaterThan(0)
      expect(names.filter((name) => !known.includes(name))).toEqual([])
    },
  )
})
