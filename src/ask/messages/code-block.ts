import { escaped } from './escape.ts'
import type { Markup } from './markup.ts'

const FENCE = '```'
/** Longest line of a block, in characters: wider ones break the columns on every screen. */
const LINE = 160

/**
 * Lines of data as a code block of at most `room` characters, fences included. Each line is escaped and cut on its own, so
 * none can end the block; lines that do not fit, or are over `atMost`, are counted.
 */
export function codeBlock(rows: readonly string[], room: number, atMost = rows.length): Markup {
  const more = (count: number) => `… and ${count} more`
  const within = room - 2 * FENCE.length - more(rows.length).length - 1
  const kept: string[] = []
  let used = 0
  for (const row of rows.slice(0, atMost)) {
    const line = escaped(row, LINE) || '–'
    if (used + line.length + 1 > within) break
    kept.push(line)
    used += line.length + 1
  }
  const left = rows.length - kept.length
  return { markup: `${FENCE}${[...kept, ...(left > 0 ? [more(left)] : [])].join('\n')}${FENCE}` }
}
