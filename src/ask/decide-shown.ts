import type { BatchOf, CommandResult, Shown } from './decisions.ts'

/** Reasons that are told when a click on a list did not count for all of it. */
const TOLD = 3

/** What a button or a modal may name: one remediation as it was shown, or a list. */
export type Subject = {
  remediation?: number | null | undefined
  digest?: string | null | undefined
  batch?: string | null | undefined
}

/** What was shown: one remediation, or those of a list; null when the subject is not one of ours. */
export async function shownBehind(
  { remediation, digest, batch }: Subject,
  batchOf: BatchOf,
): Promise<readonly Shown[] | null> {
  if (batch != null) return batchOf(batch)
  return remediation == null || digest == null ? null : [{ remediation, digest }]
}

/** Decides all that was shown, one after the other, each by itself: what does not count holds up none of the others. */
export async function decideShown(
  shown: readonly Shown[],
  decide: (one: Shown) => Promise<CommandResult>,
): Promise<CommandResult> {
  const results: CommandResult[] = []
  for (const one of shown) results.push(await decide(one))
  const refused = results.filter((result) => !result.ok)
  const [first] = refused
  if (first === undefined)
    return results.find(({ state }) => state === 'awaiting_approval') ?? { ok: true, state: 'decided' }
  if (results.length === 1) return first
  const why = refused.slice(0, TOLD).map(({ message }) => message)
  const more = refused.length > TOLD ? `; and ${refused.length - TOLD} more` : ''
  const message = `${refused.length} of ${results.length}: ${why.join('; ')}${more}`
  return { ok: false, code: first.code, message }
}
