import { describe, expect, it } from 'vitest'
import { SEVERITIES, type Severity } from '../../src/domain/severity.ts'
import { shipped } from './shipped.ts'

const MINUTE_MS = 60_000
const { rows, groups, people } = shipped.severity

/** The seeds' matrix: response time in minutes, chain. */
const SEEDS: [Severity, number, string[]][] = [
  ['P1', 15, ['@oncall', '@team-lead', '@engineering-manager']],
  ['P2', 60, ['@oncall', '@team-lead']],
  ['P3', 240, ['@oncall']],
  ['P4', 1440, ['@tickets']],
  ['SEC', 5, ['@security', '@oncall', '@engineering-manager']],
]

describe('policies/severity.yaml', () => {
  it.each(SEEDS)(
    '%s: an answer within %i minutes of the alert, or the next in the chain',
    (severity, minutes, chain) => {
      const { holdMs, acknowledgeWithinMs } = rows[severity]

      expect(holdMs + acknowledgeWithinMs).toBe(minutes * MINUTE_MS)
      expect(rows[severity].chain).toEqual(chain)
    },
  )

  it('pages P1 and security at once, beside the fix', () => {
    expect([rows.P1.holdMs, rows.SEC.holdMs]).toEqual([0, 0])
  })

  it('gives the fix a few minutes before it wakes somebody for the rest', () => {
    for (const severity of ['P2', 'P3', 'P4'] as const)
      expect(rows[severity].holdMs).toBeGreaterThanOrEqual(10 * MINUTE_MS)
  })

  it('reaches a person through every link of every chain', () => {
    for (const name of SEVERITIES.flatMap((severity) => [...rows[severity].chain])) {
      const members = groups[name] ?? []
      expect(members.length).toBeGreaterThan(0)
      for (const member of members) expect(people[member]?.email).toMatch(/@example\.com$/)
    }
  })

  it('holds nobody but examples', () => {
    for (const [key, { name }] of Object.entries(people)) {
      expect(key).toMatch(/^example-/)
      expect(name).toMatch(/^Example /)
    }
  })
})
