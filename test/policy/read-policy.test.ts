import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { PolicySet } from '../../src/domain/policy.ts'
import { checkSources } from '../../src/policy/load.ts'
import { openSource } from '../../src/policy/source.ts'
import { catalogue } from './catalogue.ts'

const fixture = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url))

async function read(policy: string | Uint8Array): Promise<PolicySet> {
  const sources = [
    openSource('shop.yaml', typeof policy === 'string' ? Buffer.from(policy) : policy),
    openSource('severity.yaml', await fixture('severity.yaml')),
  ]
  const { set, problems } = checkSources('', sources, catalogue)
  if (set === null) throw new Error(JSON.stringify(problems))
  return set
}

const rule = (text: string, defaults = '') => `system: shop
owner: team-shop
targets: { db: { kind: postgres, url: "\${env:SHOP_URL}" } }
${defaults}
rules:
  - name: stuck
    match: [alertname="Stuck"]
    severity: P2
${text}`

const mend = (more: string) => `    steps:
      - { do: postgres/mend, with: { target: db, idleFor: 5m, atMost: 5 }, mode: approve${more} }
    approvers: [ana]
`

describe('a policy', () => {
  it('is read with everything that it says', async () => {
    const { policies } = await read(await fixture('policy.yaml'))

    expect(policies[0]).toMatchObject({ system: 'shop', owner: 'team-shop', file: 'shop.yaml' })
    expect(policies[0]?.rules).toEqual([
      {
        name: 'stuck',
        match: [
          { label: 'alertname', op: '=', value: 'Stuck', regex: null },
          { label: 'system', op: '=', value: 'shop', regex: null },
        ],
        severity: 'P2',
        runbook: null,
        diagnose: [{ handler: 'postgres/look', target: 'db', params: { longerThan: '5m' } }],
        steps: [
          {
            handler: 'postgres/mend',
            target: 'db',
            params: { idleFor: '5m', atMost: 5 },
            mode: 'auto',
            verify: { promql: 'shop_stuck == 0', withinMs: 120_000, everyMs: 5000 },
            approveWithinMs: 900_000,
          },
        ],
        limits: { budget: { runs: 3, perMs: 3_600_000 }, blastRadius: 1, cooldownMs: 900_000 },
        otherwise: 'escalate',
        approvers: ['@oncall'],
        shadow: false,
        position: 'shop.yaml:10:5',
      },
    ])
  })

  it('keeps references to the environment unresolved, so that no secret is in it', async () => {
    const { policies } = await read(await fixture('policy.yaml'))

    const [db] = Object.values(policies[0]?.targets ?? {})
    expect(db).toEqual({ name: 'db', kind: 'postgres', settings: { url: `\${env:SHOP_URL}` } })
  })

  it('fills in the stated defaults', async () => {
    const { policies } = await read(rule(mend('')))

    const [only] = policies[0]?.rules ?? []
    expect(only?.limits).toEqual({ budget: null, blastRadius: 1, cooldownMs: 900_000 })
    expect(only?.steps[0]).toMatchObject({
      verify: { promql: null, withinMs: 120_000, everyMs: 5000 },
      approveWithinMs: 900_000,
    })
  })

  it("lets the policy's defaults stand in, and the rule and step overrule them", async () => {
    const defaults = 'defaults: { cooldown: 1h, approvers: [ben], verify: { within: 10m, every: 1m } }'
    const { policies } = await read(rule(mend(', verify: { within: 3m }'), defaults))

    const [only] = policies[0]?.rules ?? []
    expect(only?.limits.cooldownMs).toBe(3_600_000)
    expect(only?.approvers).toEqual(['ana'])
    expect(only?.steps[0]?.verify).toEqual({ promql: null, withinMs: 180_000, everyMs: 60_000 })
  })

  it('looks for evidence at least once, however short the time', async () => {
    const { policies } = await read(rule(mend(', verify: { within: 2s }')))

    expect(policies[0]?.rules[0]?.steps[0]?.verify).toMatchObject({ withinMs: 2000, everyMs: 2000 })
  })

  it.each([
    '3 an hour',
    '3 per',
    '0 per 1h',
    '3 per 0s',
    '3 per 5x',
    '3 per 60w',
    '-1 per 1h',
    '1.5 per 1h',
    '3 per 1h 2h',
  ])('does not take %j for a budget', async (budget) => {
    await expect(read(rule(`    limits: { budget: ${budget} }\n`))).rejects.toThrow('not a budget')
  })

  it.each(['0 targets', '1', 'one target', '1 host'])('does not take %j for a blast radius', async (radius) => {
    await expect(read(rule(`    limits: { blastRadius: ${radius} }\n`))).rejects.toThrow('not a blast radius')
  })

  it.each([
    ['a whole parameter', 'idleFor: "{{ labels.age }}"'],
    ['an item of a list', 'idleFor: 5m, users: ["{{ labels.user }}"]'],
  ])('lets a label fill %s', async (_, params) => {
    await expect(read(rule(mend('').replace('idleFor: 5m', params)))).resolves.toBeDefined()
  })

  it.each(['"{{ labels.region }}"', '"d{{ labels.x }}"', '"{{ labels.a }}{{ labels.b }}"'])(
    'lets %s name a target, as one of the registered ones fits',
    async (target) => {
      await expect(read(rule(mend('').replace('target: db', `target: ${target}`)))).resolves.toBeDefined()
    },
  )

  it('does not let a target named like an inherited property through', async () => {
    await expect(read(rule(mend('').replace('target: db', 'target: constructor')))).rejects.toThrow('unknown target')
  })
})

describe('severity.yaml', () => {
  it('is read with people, groups, rows and what single systems override', async () => {
    const { severity } = await read(await fixture('policy.yaml'))

    expect(severity.people.ana).toEqual({
      name: 'Ana Example',
      email: 'ana@example.com',
      slack: 'U0EXAMPLE1',
      phone: '+441632960001',
    })
    expect(severity.unmatched).toBe('P3')
    expect(severity.rows.P1).toEqual({ holdMs: 0, acknowledgeWithinMs: 900_000, chain: ['@oncall', 'ben'] })
    expect(severity.rows.P2.holdMs).toBe(600_000)
    expect(severity.systems).toEqual({ shop: { P3: { holdMs: 0, acknowledgeWithinMs: 3_600_000, chain: ['ben'] } } })
  })
})
