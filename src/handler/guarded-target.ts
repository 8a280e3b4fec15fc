/**
 * A target's client that asks before each call whether it may still be made. A handler that is out of time, or whose run was
 * taken over, may ignore its signal; its target does not.
 * @param assertAllowed throws when it may not; the call then rejects, and nothing reaches the target
 */
export function guardedTarget<Target extends object>(target: Target, assertAllowed: () => void): Target {
  return new Proxy(target, {
    get: (from, name) => {
      const value: unknown = Reflect.get(from, name)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]): Promise<unknown> => {
        assertAllowed()
        return value.apply(from, given)
      }
    },
  })
}
