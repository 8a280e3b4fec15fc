const SHOWN = 60

// In this order: what may hide anything comes first. Each form also ends at the end of the text, because PostgreSQL cuts
// long statements off in the middle. Kept as they are: words, plain quoted names, $1, operators.
const HIDING = [
  /--[^\n]*/, // comments carry trace ids, user names, addresses
  /\/\*[\s\S]*?(?:\*\/|$)/,
  /\$(?<tag>[A-Za-z_]\w*)?\$[\s\S]*?(?:\$\k<tag>\$|$)/,
  /'(?:[^']|'')*(?:'|$)/,
  /"(?:[^"]|"")*(?:"|$)/,
  /(?<![\w$])\.?\d[\w.]*/,
]
const TOKENS = new RegExp(`("[A-Za-z_]\\w*"(?!")|\\$\\d+)|${HIDING.map(({ source }) => source).join('|')}`, 'g')

/**
 * A statement for people's eyes: its first 60 characters with every literal and comment as `?`. Statement texts hold
 * addresses, tokens and names of persons, and what we show goes to Slack and stays in the ledger for ever. Where the reading
 * is not certain (escapes, comments in comments, letters outside ASCII), only its first word is shown.
 */
export function queryShape(query: string): string {
  const verb = query.match(/^\s*([A-Za-z]+)\b/)?.[1] ?? '?'
  if (/\\|[^\x20-\x7e\s]|\/\*[\s\S]*\/\*|\*\/[\s\S]*\*\//.test(query)) return `${verb} ?`
  const shape = query.replace(TOKENS, (whole, kept) => (kept === undefined ? '?' : whole))
  const line = shape.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line
}
