import { describe, expect, it } from 'vitest'
import {
  channelOf,
  type SeverityMatrix,
  type SeverityRow,
  severityOfLabel,
  severityRow,
} from '../../src/domain/severity.ts'

describe('severityOfLabel', () => {
  it.each([
    ['critical', 'P1'],
    ['page', 'P1'],
    ['P1', 'P1'],
    ['error', 'P2'],
    ['WARNING', 'P3'],
    ['info', 'P4'],
    ['none', 'P4'],
    ['security', 'SEC'],
  ])('reads %s as %s', (label, severity) => {
    expect(severityOfLabel(label)).toBe(severity)
  })

  it.each([undefined, '', 'urgent', 'P5', 'constructor', '__proto__', 'tostring', 'valueof'])(
    'makes nothing of %s',
    (label) => {
      expect(severityOfLabel(label)).toBeNull()
    },
  )
})

describe('severityRow', () => {
  const row = (holdMs: number): SeverityRow => ({ holdMs, acknowledgeWithinMs: 900_000, chain: ['ana'] })
  const matrix: SeverityMatrix = {
    people: { ana: { name: 'Ana' } },
    groups: {},
    unmatched: 'P3',
    rows: { P1: row(1), P2: row(2), P3: row(3), P4: row(4), SEC: row(5) },
    systems: { rustchat: { P2: row(20) } },
    channels: { default: '#all', rustchat: '#chat' },
  }

  it("takes the system's own row where it has one", () => {
    expect(severityRow(matrix, 'rustchat', 'P2').holdMs).toBe(20)
  })

  it.each([null, 'fluxbase', 'constructor', 'rustchat'])('takes the common row for P1 of %s', (system) => {
    expect(severityRow(matrix, system, 'P1').holdMs).toBe(1)
  })
})

describe('channelOf', () => {
  const matrix = { channels: { default: '#all', rustchat: '#chat' } } as unknown as SeverityMatrix

  it.each([
    ['rustchat', '#chat'],
    ['fluxbase', '#all'],
    ['constructor', '#all'],
    [null, '#all'],
  ])('of %s is %s', (system, channel) => {
    expect(channelOf(matrix, system)).toBe(channel)
  })

  it('is nowhere when no channel is set', () => {
    expect(channelOf({ ...matrix, channels: {} }, 'fluxbase')).toBeNull()
  })
})
