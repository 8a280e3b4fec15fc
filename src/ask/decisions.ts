/** How a person's decision was taken: done, or why not, with the state that stands. The same shape as flow's. */
export type CommandResult =
  | { ok: true; state: string }
  | { ok: false; code: 'conflict' | 'forbidden' | 'not-found' | 'bad-parameter'; message: string; state?: string }

/** A remediation as it was shown: a decision counts for this digest and nothing else. */
export type Shown = { remediation: number; digest: string }

/** What the buttons of a grouped message stood for; null when there was no such message. */
export type BatchOf = (batch: string) => Promise<readonly Shown[] | null>

/** What a person can do from Slack. Each is decided by flow, like the same wish over the API. */
export type AskCommands = {
  approve: (ask: { remediation: number; person: string; digest: string; via: 'slack' }) => Promise<CommandResult>
  deny: (ask: {
    remediation: number
    person: string
    reason: string
    digest: string
    via: 'slack'
  }) => Promise<CommandResult>
  acknowledge: (ask: { incident: number; person: string; via: 'slack' }) => Promise<CommandResult>
  silence: (ask: { incident: number; person: string; forMs: number; via: 'slack' }) => Promise<CommandResult>
  setKillSwitch: (ask: { on: boolean; person: string; reason: string; via: 'slack' }) => Promise<CommandResult>
}

/** What a person can ask from Slack. Answers are plain text: mentions and links in them do nothing. */
export type AskReads = {
  status: () => Promise<string>
  incidents: () => Promise<string>
  /** @param labels as typed, such as `alertname=PoolExhausted system=fluxbase` */
  explain: (labels: string) => Promise<string>
  oncall: () => Promise<string>
}

/** Name of the person who has this Slack member id; null when nobody has. */
export type PersonOf = (slackUserId: string) => string | null
