import { printable } from './escape.ts'

type Cell = string | number | boolean | null

/** Widest column, in characters: statements are long, and the rest must stay in sight. */
const WIDEST = 48

/** A table as lines of equal columns, head first. */
export function tableLines(columns: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  if (rows.length === 0) return []
  const table = [columns, ...rows].map((row) => columns.map((_, at) => cellText(row[at] ?? null)))
  const widths = columns.map((_, at) => Math.max(...table.map((row) => [...(row[at] ?? '')].length)))
  return table.map((row) =>
    row
      .map((text, at) => padded(text, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function cellText(cell: Cell): string {
  const characters = [...printable(cell === null ? '' : String(cell))]
  return characters.length <= WIDEST ? characters.join('') : `${characters.slice(0, WIDEST - 1).join('')}…`
}

/** `padEnd` counts halves of characters outside the basic plane. */
function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length))
}
