import { z } from 'zod'

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Reads `90s`, `5m`, `1h30m`, `2d` as milliseconds (Prometheus' duration syntax, years left out); null when it is none. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(ms|[smhdw]))+$/.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g))
    total += Number(amount) * (UNIT_MS[unit as string] as number)
  return total
}

/** Milliseconds as a person would write them: `1h30m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let text = ''
  for (const unit of ['w', 'd', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit] as number
    const amount = Math.floor(rest / size)
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * size
  }
  return text
}

/** A duration parameter, written `5m` in a policy, given to the handler in milliseconds, within stated bounds. */
export function duration(bounds: { min?: string; max?: string } = {}) {
  const min = bounds.min === undefined ? 0 : (parseDuration(bounds.min) ?? 0)
  const max =
    bounds.max === undefined ? Number.MAX_SAFE_INTEGER : (parseDuration(bounds.max) ?? Number.MAX_SAFE_INTEGER)
  return z.string().transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms === null) ctx.addIssue({ code: 'custom', message: `not a duration: ${text}; expected 90s, 5m, 1h30m` })
    else if (ms < min) ctx.addIssue({ code: 'custom', message: `${text} is shorter than ${bounds.min}` })
    else if (ms > max) ctx.addIssue({ code: 'custom', message: `${text} is longer than ${bounds.max}` })
    return ms ?? z.NEVER
  })
}
