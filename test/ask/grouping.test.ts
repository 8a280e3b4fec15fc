import { expect, it } from 'vitest'
import { placeIncidents, type Recent } from '../../src/ask/grouping.ts'

const untold = (count: number, rule: string | null = 'ill') =>
  Array.from({ length: count }, (_, at) => ({ incident: at + 1, system: rule === null ? null : 'shop', rule }))
const message = (id: number, more: Partial<Recent> = {}): Recent => ({
  id,
  system: 'shop',
  rule: 'ill',
  grouped: false,
  stories: 1,
  ...more,
})

it('gives few incidents a message each', () => {
  expect(placeIncidents(untold(5), []).map(({ incidents }) => incidents)).toEqual([[1], [2], [3], [4], [5]])
})

it('puts a storm of one rule into one message', () => {
  const [placement, ...others] = placeIncidents(untold(200), [])
  expect(placement).toMatchObject({ join: null, grouped: true, system: 'shop', rule: 'ill' })
  expect(placement?.incidents).toHaveLength(200)
  expect(others).toEqual([])
})

it('counts what was told one by one within the last minute', () => {
  const told = [1, 2, 3, 4, 5].map((id) => message(id))
  expect(placeIncidents(untold(1), told)).toMatchObject([{ join: null, grouped: true }])
  expect(placeIncidents(untold(1), told.slice(1))).toMatchObject([{ join: null, grouped: false }])
})

it('lets later ones of the same minute join the storm, until it is too long for one message', () => {
  expect(placeIncidents(untold(3), [message(9, { grouped: true, stories: 200 })])).toEqual([
    { join: 9, incidents: [1, 2, 3] },
  ])
  expect(placeIncidents(untold(9), [message(9, { grouped: true, stories: 499 })])).toMatchObject([
    { join: null, grouped: true },
  ])
})

it('keeps rules apart, and groups what no rule matches', () => {
  const placed = placeIncidents([...untold(6), ...untold(7, null)], [message(9, { rule: 'other', grouped: true })])
  expect(placed).toMatchObject([
    { rule: 'ill', grouped: true },
    { rule: null, system: null, grouped: true },
  ])
})
