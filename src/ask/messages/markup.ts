import { escaped } from './escape.ts'

/** Slack markup (mrkdwn) that we wrote ourselves. Data gets into it through `mrkdwn` only, which fences it in. */
export type Markup = { readonly markup: string }

/** Longest piece of data within a sentence, in characters as Slack counts them. */
const PIECE = 280

/**
 * Markup from a template. What is put in as text is data: it stands in a code span, where Slack reads no markup, escaped and
 * cut. So a label cannot call a channel, forge a link or break a block.
 */
export function mrkdwn(template: TemplateStringsArray, ...values: readonly (string | number | Markup)[]): Markup {
  const parts = values.map((value, at) => {
    const text =
      typeof value === 'object' ? value.markup : typeof value === 'number' ? String(value) : code(value).markup
    return text + (template[at + 1] ?? '')
  })
  return { markup: (template[0] ?? '') + parts.join('') }
}

/** Data as a code span of at most `room` characters within the backticks. */
export function code(text: string, room: number = PIECE): Markup {
  return { markup: `\`${escaped(text.trim(), room) || '–'}\`` }
}

/** A time that each reader sees in their own zone; UTC where it cannot be shown so. */
export function time(at: Date): Markup {
  const fallback = `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return { markup: `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time_secs}|${fallback}>` }
}

/** Pieces, one after the other. */
export function joined(pieces: readonly Markup[], between: string): Markup {
  return { markup: pieces.map((piece) => piece.markup).join(between) }
}

/** Lines, as many as there is room for; the rest is counted, so that nobody takes the list for whole. */
export function lines(all: readonly Markup[], room: number): Markup {
  const more = (count: number) => `… and ${count} more`
  const whole = joined(all, '\n')
  if (whole.markup.length <= room) return whole
  const kept: string[] = []
  let used = more(all.length).length
  for (const { markup } of all) {
    used += markup.length + 1
    if (used > room) break
    kept.push(markup)
  }
  return { markup: [...kept, more(all.length - kept.length)].join('\n') }
}
