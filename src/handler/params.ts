import { z } from 'zod'
import { parseDuration } from '../domain/duration.ts'

/** A duration parameter, written `5m` in a policy, given to the handler in milliseconds, within stated bounds. */
export function duration(bounds: { min?: string; max?: string } = {}) {
  const min = bounds.min === undefined ? 0 : (parseDuration(bounds.min) ?? 0)
  const max =
    bounds.max === undefined ? Number.MAX_SAFE_INTEGER : (parseDuration(bounds.max) ?? Number.MAX_SAFE_INTEGER)
  const range = [bounds.min && `at least ${bounds.min}`, bounds.max && `at most ${bounds.max}`].filter(Boolean)
  const form = z.string().describe(['duration', ...range].join(', '))
  return form.transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms === null) ctx.addIssue({ code: 'custom', message: `not a duration: ${text}; expected 90s, 5m, 1h30m` })
    else if (ms < min) ctx.addIssue({ code: 'custom', message: `${text} is shorter than ${bounds.min}` })
    else if (ms > max) ctx.addIssue({ code: 'custom', message: `${text} is longer than ${bounds.max}` })
    return ms ?? z.NEVER
  })
}
