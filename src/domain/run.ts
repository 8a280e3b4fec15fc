import type { Json } from './policy.ts'

/** How one execution ended. `lost`: its worker died, nobody knows; `handed-back`: we were stopping and broke it off. */
export type RunOutcome = 'done' | 'failed' | 'timed-out' | 'lost' | 'handed-back'

export type RunEnd = { at: Date; outcome: RunOutcome; result: Json; error: string | null }

/** One execution of a remediation. */
export type RunMark = { remediation: number; number: number }
