/** Why something that came from Slack was not taken: label of a metric. */
export const ASK_REFUSALS = [
  'bad-signature',
  'stale',
  'replayed',
  'other-workspace',
  'other-app',
  'unknown-person',
  'unknown-button',
  'too-large',
  'unreadable',
  'ledger-away',
  'slack-away',
] as const
export type AskRefusal = (typeof ASK_REFUSALS)[number]

/** A refusal for the ledger. Only of requests that carry a true signature: a forger must not be able to fill the ledger. */
export type RefusalRecord = {
  /** A person's name, or `slack:<member id>` where nobody is known by it. */
  who: string
  /** What was tried, such as `approve`. */
  what: string
  why: AskRefusal
  remediation?: number
  incident?: number
}

export type RefusalSink = {
  /** Counts it. */
  refused: (why: AskRefusal) => void
  /** Writes it to the ledger. */
  record: (refusal: RefusalRecord) => Promise<void>
}
