import type { Severity } from '../domain/severity.ts'

/** What a list is narrowed to; null: not narrowed. `since` is included, `until` is not. */
export type ViewFilter<State extends string> = {
  system: string | null
  state: State | null
  severity: Severity | null
  since: Date | null
  until: Date | null
}
/** Newest first: at most `limit` of those whose id is below `before`. */
export type ViewPage = { before: number | null; limit: number }
