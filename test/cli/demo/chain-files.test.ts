import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { alertmanagerFile, shortenHolds } from '../../../src/cli/demo/chain-files.ts'
import { SHIPPED_RULES } from '../../../src/cli/demo/real-chain.ts'

type Rules = { groups: { rules: Record<string, unknown>[] }[] }

test('the shipped rules are shortened in how long they must hold, and in nothing else', () => {
  const shipped = readFileSync(SHIPPED_RULES, 'utf8')
  const wanted = parse(shipped) as Rules
  const rules = wanted.groups.flatMap((group) => group.rules)
  expect(rules.length).toBeGreaterThan(5)
  expect(rules.every((rule) => 'for' in rule)).toBe(true)
  for (const rule of rules) rule.for = '6s'
  expect(parse(shortenHolds(shipped, '6s'))).toEqual(wanted)
})

test('what a rule says about "for:" in its own words stays as it is', () => {
  const rule = '- alert: A\n  expr: up == 0\n  for: 2m\n  annotations:\n    correction: the seed waits for: 5m\n'
  expect(shortenHolds(rule, '1s')).toBe(rule.replace('for: 2m', 'for: 1s'))
})

test('Alertmanager is told to send a token only where there is one', () => {
  const authorization = (token: string | undefined) => {
    const webhook = { url: 'http://127.0.0.1:8080/webhooks/alertmanager', ...(token === undefined ? {} : { token }) }
    return JSON.parse(alertmanagerFile(webhook)).receivers[0].webhook_configs[0].http_config.authorization
  }
  expect(authorization('t0ken')).toEqual({ type: 'Bearer', credentials: 't0ken' })
  expect(authorization(undefined)).toBe(undefined)
})
