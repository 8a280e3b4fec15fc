import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'

/**
 * Logs a backend's errors: each kind once, then again after `everyMs`, with how often it came meanwhile. A server that is
 * away makes the same error many times a second, and must not fill the disk on top.
 */
export function errorLog(log: Log, now: () => Date, everyMs = 10_000): (error: Error) => void {
  const seen = new Map<string, { at: number; times: number }>()
  return (error) => {
    const text = sentence(error)
    const last = seen.get(text)
    const at = now().getTime()
    if (last !== undefined && at - last.at < everyMs) {
      last.times++
      return
    }
    // Texts can hold a port or an id: a map of all of them would grow for ever.
    if (seen.size > 100) seen.clear()
    seen.set(text, { at, times: 0 })
    log.warn({ error: text, repeated: last?.times ?? 0 }, 'queue: the server is in trouble')
  }
}
