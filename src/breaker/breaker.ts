import CircuitBreaker from 'opossum'
import { BREAKER_RESET_MS } from '../domain/history.ts'

/** Failures in a row that open a breaker. */
export const BREAKER_FAILURES = 3

/** What became of an action: its result or error, or that it was refused; and the state to keep. */
export type Fired<T> = { failures: number; openedAt: Date | null } & (
  | { result: T }
  | { error: unknown }
  | { refused: true }
)

/**
 * Calls an action through a circuit breaker (opossum) that is set up from the recorded state, so that it survives restarts
 * and counts for every replica: closed with some failures in a row, open, or half open once BREAKER_RESET_MS have passed.
 * Time limits are the invoker's business; this one only counts.
 */
export async function fireThroughBreaker<T>(
  state: { failures: number; openedAt: Date | null },
  now: Date,
  action: () => Promise<T>,
): Promise<Fired<T>> {
  const halfOpen = state.openedAt !== null && now.getTime() - state.openedAt.getTime() >= BREAKER_RESET_MS
  const closed = state.openedAt === null
  const breaker = new CircuitBreaker<[], T>(action, {
    timeout: false,
    // One call a breaker: a failure opens it when it is the last that is borne; half open, opossum opens on any failure.
    errorThresholdPercentage: 1,
    volumeThreshold: Math.max(1, BREAKER_FAILURES - state.failures),
    resetTimeout: BREAKER_RESET_MS,
    state: { enabled: true, name: 'run', closed, open: !closed && !halfOpen, halfOpen, warmUp: false, shutdown: false },
  } as CircuitBreaker.Options<[]>)
  try {
    const result = await breaker.fire()
    return { result, failures: 0, openedAt: null }
  } catch (error) {
    if (CircuitBreaker.isOurError(error as Error))
      return { refused: true, failures: state.failures, openedAt: state.openedAt }
    return { error, failures: state.failures + 1, openedAt: breaker.opened ? now : null }
  } finally {
    breaker.shutdown()
  }
}
