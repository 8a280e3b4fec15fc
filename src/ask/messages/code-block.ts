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
  const kept = rows.slice(0, Math.min(linesThatFit(rows, room), atMost)).map(shownLine)
  const left = rows.length - kept.length
  return { markup: `${FENCE}${[...kept, ...(left > 0 ? [more(left)] : [])].join('\n')}${FENCE}` }
}

/** How many of these lines a code block of this size can hold, from the first on. */
export function linesThatFit(rows: readonly string[], room: number): number {
  const within = room - 2 * FENCE.length - more(rows.length).length
  let used = 0
  const over = rows.findIndex((row) => {
    used += shownLine(row).length + 1
    return used > within
  })
  return over < 0 ? rows.length : over
}

function more(count: number): string {
  return `… and ${count} more`
}

function shownLine(row: string): string {
  return escaped(row, LINE) || '–'
}
