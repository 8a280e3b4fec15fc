import { watch } from 'node:fs'
import { NightshiftError, sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { PolicySet } from '../domain/policy.ts'

/** Editors write a file in several goes; a reload waits this long for the last of them, in ms. */
const SETTLE_MS = 300

/** The policies in force, replaced as a whole. */
export type LivePolicies = {
  current: () => PolicySet
  /** Loads them again. Wrong ones are reported and change nothing: the last good set stays in force. */
  reload: () => Promise<boolean>
  close: () => void
}

/**
 * Keeps policies in force and reloads them when a file of the folder changes.
 * @param onLoaded told of each set that comes into force after the first
 * @param onRefused told of each set that was wrong
 */
export function keepPolicies(
  first: PolicySet,
  folder: string,
  load: () => Promise<PolicySet>,
  { log, onLoaded, onRefused }: { log: Log; onLoaded: (set: PolicySet) => Promise<void>; onRefused: () => void },
): LivePolicies {
  let set = first
  let timer: NodeJS.Timeout | undefined
  const reload = async (): Promise<boolean> => {
    try {
      const next = await load()
      if (next.hash === set.hash) return true
      await onLoaded(next)
      set = next
      log.info({ hash: set.hash }, 'policies reloaded')
      return true
    } catch (error) {
      const problems = error instanceof NightshiftError ? error.data.problems : undefined
      log.error({ problems }, `the policies are wrong, the last good ones stay in force: ${sentence(error)}`)
      onRefused()
      return false
    }
  }
  const watcher = watch(folder, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void reload(), SETTLE_MS)
  })
  // A folder that goes away is no reason to end: the policies in force stay, and SIGHUP reloads.
  watcher.on('error', (error) => log.warn({ err: error }, 'the policies are not watched any more; SIGHUP reloads them'))
  return {
    current: () => set,
    reload,
    close: () => {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
