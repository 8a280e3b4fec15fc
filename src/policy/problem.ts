/** A point in a file; line and column count from 1. */
export type Place = { file: string; line: number; column: number }

/** Something wrong in a file of `policies/`, and exactly where. */
export type Problem = Place & { message: string }

/** `policies/fluxbase.yaml:12:5`, as editors and compilers write it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}

/** The problem with its place in front: `policies/fluxbase.yaml:12:5: unknown key "colour"`. */
export function problemText(problem: Problem): string {
  return `${placeText(problem)}: ${problem.message}`
}

/** In reading order, without doubles. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [problemText(problem), problem]))
  return [...distinct.values()].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column ||
      a.message.localeCompare(b.message, 'en'),
  )
}
