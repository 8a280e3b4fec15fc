import { expect, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { errorLog } from '../../src/queue/error-log.ts'
import { createClock } from '../support/clock.ts'

test('an error that comes again and again is written once, and later with how often it came meanwhile', () => {
  const warn = vi.fn()
  const clock = createClock()
  const onError = errorLog({ ...silentLog, warn }, clock.now)
  const refused = new Error('connect ECONNREFUSED')
  for (let times = 0; times < 100; times++) onError(refused)
  onError(new Error('another'))
  clock.advance('10s')
  onError(refused)
  expect(warn.mock.calls.map(([data]) => data)).toEqual([
    { error: 'connect ECONNREFUSED', repeated: 0 },
    { error: 'another', repeated: 0 },
    { error: 'connect ECONNREFUSED', repeated: 99 },
  ])
})

test('errors that are all different cannot fill the memory', () => {
  const warn = vi.fn()
  const onError = errorLog({ ...silentLog, warn }, createClock().now)
  for (let id = 0; id < 1000; id++) onError(new Error(`job ${id}`))
  expect(warn).toHaveBeenCalledTimes(1000)
  onError(new Error('job 1'))
  expect(warn).toHaveBeenCalledTimes(1001)
})
