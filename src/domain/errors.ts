/**
 * Every error that Nightshift raises on purpose: a stable code for machines, a sentence for people, data for both.
 * `cause` keeps the original error, so nothing is swallowed on the way up.
 */
export class NightshiftError extends Error {
  readonly code: ErrorCode
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, data: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'NightshiftError'
    this.code = code
    this.data = data
  }
}

export type ErrorCode =
  | 'bad-notification'
  | 'bad-parameter'
  | 'bad-policy'
  | 'config-invalid'
  | 'conflict'
  | 'forbidden'
  | 'illegal-move'
  | 'ledger-unavailable'
  | 'migration-missing'
  | 'not-found'
  | 'port-in-use'
  | 'queue-unavailable'
  | 'target-misconfigured'
  | 'target-unavailable'
  | 'timeout'
  | 'unknown-handler'
  | 'unknown-target'
  | 'usage'

/** The error as one short sentence, whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
