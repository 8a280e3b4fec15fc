import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'

/** Work that is done again and again: at once when woken, otherwise every so often. */
export type Loop = {
  /** Do it now, or once more if it is being done: what woke us may have come too late for the turn under way. */
  wake: () => void
  /** Ends after the turn under way. */
  stop: () => Promise<void>
}

/**
 * Starts a loop, one turn at a time. A turn that fails is logged and tried again at the next; failing turns in a row are
 * logged once until one succeeds, so that a dead database does not fill the disk with lines.
 * @param everyMs longest pause between two turns
 */
export function startLoop(name: string, everyMs: number, work: () => Promise<unknown>, log: Log): Loop {
  let stopped = false
  let again = false
  let failing = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<void> | null = null

  const run = async (): Promise<void> => {
    try {
      await work()
      if (failing) log.info({ loop: name }, 'works again')
      failing = false
    } catch (error) {
      if (!failing) log.error({ err: error, loop: name }, `failed, and is tried again: ${sentence(error)}`)
      failing = true
    }
  }
  const start = (): void => {
    if (stopped) return
    if (turn !== null) {
      again = true
      return
    }
    clearTimeout(timer)
    turn = run().finally(() => {
      turn = null
      if (again && !failing) {
        again = false
        start()
      } else if (!stopped) {
        timer = setTimeout(start, everyMs)
      }
    })
  }
  start()
  return {
    wake: start,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await turn
    },
  }
}
