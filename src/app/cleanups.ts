import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'

/** Named clean-ups, last in first out. A start that fails half-way ends what exists, too. */
export type CleanUps = {
  add: (name: string, work: () => Promise<unknown> | unknown) => void
  /** Runs all; one that fails is logged and does not keep the others from theirs. */
  run: () => Promise<void>
}

/** Makes an empty stack of clean-ups; what fails in one is said in the log. */
export function createCleanUps(log: Log): CleanUps {
  const stack: { name: string; work: () => Promise<unknown> | unknown }[] = []
  return {
    add: (name, work) => void stack.push({ name, work }),
    run: async () => {
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        try {
          await next.work()
          log.debug({ cleanUp: next.name }, 'closed')
        } catch (error) {
          log.warn({ err: error, cleanUp: next.name }, `did not close: ${sentence(error)}`)
        }
      }
    },
  }
}
