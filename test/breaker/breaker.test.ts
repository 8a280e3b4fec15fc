import { expect, it } from 'vitest'
import { BREAKER_FAILURES, fireThroughBreaker } from '../../src/breaker/breaker.ts'
import { BREAKER_RESET_MS } from '../../src/domain/history.ts'

const now = new Date('2026-03-02T03:00:00Z')
const later = (ms: number) => new Date(now.getTime() + ms)
const well = async () => 'done'
const ill = () => Promise.reject(new Error('no'))

it('counts failures in a row and opens at the third', async () => {
  let state: { failures: number; openedAt: Date | null } = { failures: 0, openedAt: null }
  const opened: boolean[] = []
  for (let failure = 0; failure < BREAKER_FAILURES; failure++) {
    state = await fireThroughBreaker(state, now, ill)
    opened.push(state.openedAt !== null)
  }
  expect(opened).toEqual([false, false, true])
})

it('forgets failures at a success', async () => {
  expect(await fireThroughBreaker({ failures: 2, openedAt: null }, now, well)).toEqual({
    result: 'done',
    failures: 0,
    openedAt: null,
  })
})

it('does not start anything while it is open', async () => {
  let started = 0
  const fired = await fireThroughBreaker({ failures: 3, openedAt: now }, later(BREAKER_RESET_MS - 1), async () => {
    started += 1
  })
  expect(fired).toMatchObject({ refused: true, openedAt: now })
  expect(started).toBe(0)
})

it('lets one run try when its time is over, and closes or opens anew by it', async () => {
  const time = later(BREAKER_RESET_MS)
  expect(await fireThroughBreaker({ failures: 3, openedAt: now }, time, well)).toMatchObject({
    failures: 0,
    openedAt: null,
  })
  expect(await fireThroughBreaker({ failures: 3, openedAt: now }, time, ill)).toMatchObject({ openedAt: time })
})

it('hands the error of the action on as it is', async () => {
  const fired = await fireThroughBreaker({ failures: 0, openedAt: null }, now, ill)
  expect('error' in fired && fired.error).toEqual(new Error('no'))
})
