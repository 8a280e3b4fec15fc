import { NightshiftError, sentence } from '../domain/errors.ts'
import type { PostgresTarget } from '../handler/targets.ts'

/** Often enough that a lost connection is back before the alert about it arrives; a `select 1` costs the patient nothing. */
const EVERY_MS = 5_000

/** A connection that is held open, until `stop`. */
export type Warmth = {
  /** Settles after the first try, whatever came of it. */
  first: Promise<void>
  stop: () => void
}

/**
 * Holds a target's connection open from now on, and opens it again when it breaks: a saturated database lets nobody in, but
 * it does not throw out who is already there.
 * @param report told when the target cannot be reached (with the reason), and when it can again (null)
 * @param everyMs time between two looks, in ms
 */
export function keepWarm(
  target: PostgresTarget,
  report: (problem: NightshiftError | null) => void,
  everyMs = EVERY_MS,
): Warmth {
  let reachable = true
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const problem = await touch(target)
    if (stopped) return
    if ((problem === null) !== reachable) report(problem)
    reachable = problem === null
    timer = setTimeout(look, everyMs)
    timer.unref()
  }

  return {
    first: look(),
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

async function touch(target: PostgresTarget): Promise<NightshiftError | null> {
  try {
    await target.query('select 1')
    return null
  } catch (error) {
    if (error instanceof NightshiftError) return error
    return new NightshiftError('target-unavailable', `target ${target.name}: ${sentence(error)}`, {}, error)
  }
}
