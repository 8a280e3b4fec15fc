import { describe, expect, test } from 'vitest'
import terminateIdle from '../../../handlers/postgres/terminate-idle-sessions.ts'
import terminateLong from '../../../handlers/postgres/terminate-long-queries.ts'

const idle = { idleFor: '5m', atMost: 20 }
const long = { longerThan: '5m', atMost: 20 }

describe('parameters of the terminating handlers', () => {
  test('the least that a policy must say is how long and how many', () => {
    expect(terminateIdle.params.parse(idle)).toEqual({ state: 'idle in transaction', idleFor: 300_000, atMost: 20 })
    expect(terminateLong.params.parse(long)).toEqual({ longerThan: 300_000, atMost: 20 })
  })

  test.each([
    ['nothing at all', {}],
    ['no bound on the number', { idleFor: '5m' }],
    ['more than a hundred', { ...idle, atMost: 101 }],
    ['none', { ...idle, atMost: 0 }],
    ['half a session', { ...idle, atMost: 1.5 }],
    ['a number as text, as a label would give it', { ...idle, atMost: '20' }],
    ['an idleness shorter than a thinking client', { ...idle, idleFor: '4s' }],
    ['an idleness that is SQL', { ...idle, idleFor: "5m'; drop table users; --" }],
    ['a state that is not offered', { ...idle, state: 'active' }],
    ['idle sessions of everybody', { ...idle, state: 'idle' }],
    ['idle sessions of nobody in particular', { ...idle, state: 'idle', users: [] }],
    ['a role without a name', { ...idle, users: [''] }],
    ['a name that no role can have', { ...idle, users: ['x'.repeat(64)] }],
    ['an excepted application without a name, which would except all', { ...idle, exceptApplications: [''] }],
    ['one name where a list is wanted', { ...idle, users: 'fluxbase' }],
    ['a key that it does not know', { ...idle, force: true }],
    ['a pid', { ...idle, pid: 1 }],
  ])('terminate-idle-sessions refuses %s', (_, params) => {
    expect(terminateIdle.params.safeParse(params).success).toBe(false)
  })

  test.each([
    ['a query age below ten seconds', { ...long, longerThan: '9s' }],
    ['a query age of a week', { ...long, longerThan: '7d' }],
    ['a negative number of sessions', { ...long, atMost: -1 }],
    ['an endless number of sessions', { ...long, atMost: Number.POSITIVE_INFINITY }],
    ['a state', { ...long, state: 'idle' }],
  ])('terminate-long-queries refuses %s', (_, params) => {
    expect(terminateLong.params.safeParse(params).success).toBe(false)
  })

  test('idle sessions are accepted for named roles', () => {
    expect(terminateIdle.params.safeParse({ ...idle, state: 'idle', users: ['batch'] }).success).toBe(true)
  })
})
