/** Controls, bidi marks, lone surrogates and private or unassigned characters: they show nothing, or something false. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu
/** What Slack's markup is made of: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** One line of printable text, whatever came in: breaks become spaces, what cannot be shown becomes �. */
export function printable(text: string): string {
  return text.replace(/\s/gu, ' ').replace(UNPRINTABLE, '\u{FFFD}').trimEnd()
}

/**
 * Text as it may stand between backticks: printable, `&<>` as entities, no backtick. Cut with … to at most `room`
 * characters as Slack counts them, never inside an entity or a character.
 */
export function escaped(text: string, room: number): string {
  const pieces = [...printable(text).replaceAll('`', "'")].map((character) => ENTITIES[character] ?? character)
  return cut(pieces, room)
}

/**
 * Text for Slack's `plain_text`, cut with … to at most `room` characters. Angle brackets are replaced: nothing that looks like
 * markup is left, whoever reads it.
 */
export function plain(text: string, room: number): string {
  const safe = printable(text).replaceAll('<', '‹').replaceAll('>', '›')
  return cut([...(safe || '–')], room)
}

function cut(pieces: readonly string[], room: number): string {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (length <= room) return pieces.join('')
  let kept = ''
  for (const piece of pieces) {
    if (kept.length + piece.length > room - 1) break
    kept += piece
  }
  return `${kept}…`
}
