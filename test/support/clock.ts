import { parseDuration } from '../../src/domain/duration.ts'

/** A clock that stands still until the test moves it. */
export type TestClock = {
  now: () => Date
  /** Moves on by `90s`, `10m`, `1h30m`; returns the new time. */
  advance: (duration: string) => Date
  /** Jumps, forwards or back. */
  set: (time: string | Date) => Date
}

export function createClock(start: string | Date = '2026-03-02T03:00:00Z'): TestClock {
  let time = new Date(start).getTime()
  const now = () => new Date(time)
  return {
    now,
    advance: (duration) => {
      const ms = parseDuration(duration)
      if (ms === null) throw new Error(`not a duration: ${duration}`)
      time += ms
      return now()
    },
    set: (to) => {
      time = new Date(to).getTime()
      return now()
    },
  }
}
