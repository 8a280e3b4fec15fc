/** `; did you mean "x"?` for the word most like this one, or nothing when none is near. */
export function suggestion(word: string, known: Iterable<string>): string {
  const near = nearest(word, known)
  return near === null ? '' : `; did you mean "${near}"?`
}

/** The known word with the fewest typing slips to this one; null when more than a third of it would be slips. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null
  let fewest = Math.floor(Math.max(word.length, 3) / 3) + 1
  for (const candidate of known) {
    const count = slips(word.toLowerCase(), candidate.toLowerCase())
    if (count < fewest) [best, fewest] = [candidate, count]
  }
  return best
}

/** Edit distance in which two swapped neighbours count once (optimal string alignment). */
function slips(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const next = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      next[column] = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = next
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
