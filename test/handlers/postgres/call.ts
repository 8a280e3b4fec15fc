import type { Context } from '../../../src/handler/define.ts'
import type { PostgresTarget } from '../../../src/handler/targets.ts'

/** What the invoker hands to a handler, with a log that forgets and a signal that stays quiet unless one is given. */
export function contextFor<P>(
  target: PostgresTarget,
  params: P,
  signal = new AbortController().signal,
): Context<P, 'postgres'> {
  return { params, target, signal, log: { info: () => {}, warn: () => {} }, now: () => new Date() }
}
