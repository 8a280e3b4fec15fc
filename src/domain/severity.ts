/** P1 service down … P4 not urgent; SEC goes to the security chain at once. */
export const SEVERITIES = ['P1', 'P2', 'P3', 'P4', 'SEC'] as const
export type Severity = (typeof SEVERITIES)[number]

/** How soon a person must have been paged, and who: one row of the severity matrix. */
export type SeverityRow = {
  /** Longest time that the page is held while a fix is tried, in ms. P1 and SEC: 0, the page goes out beside the fix. */
  holdMs: number
  /** Time in which an acknowledgement is expected before the next in the chain is paged, in ms. */
  acknowledgeWithinMs: number
  /** Names of people or groups, in order. */
  chain: readonly string[]
}

/** Somebody who can be paged or may approve. */
export type Person = { name: string; email?: string; slack?: string; phone?: string }

/** `policies/severity.yaml`: people, groups and the matrix; systems may override single rows. */
export type SeverityMatrix = {
  people: Readonly<Record<string, Person>>
  /** Group name (with its leading @) -> names of people. */
  groups: Readonly<Record<string, readonly string[]>>
  /** Severity of an alert that no rule matches and that carries no severity of its own. */
  unmatched: Severity
  rows: Readonly<Record<Severity, SeverityRow>>
  systems: Readonly<Record<string, Partial<Record<Severity, SeverityRow>>>>
  /** Slack channel by system, and under `default` the one for all others. Empty: nothing is told in Slack. */
  channels: Readonly<Record<string, string>>
}

/** The row that counts for a system: its own where it has one, the common one otherwise. */
export function severityRow(matrix: SeverityMatrix, system: string | null, severity: Severity): SeverityRow {
  return (system === null ? undefined : matrix.systems[system]?.[severity]) ?? matrix.rows[severity]
}

/** Severity words that exporters and rule files really use, read as ours. */
const LABEL_TO_SEVERITY: Readonly<Record<string, Severity>> = {
  p1: 'P1',
  critical: 'P1',
  page: 'P1',
  p2: 'P2',
  major: 'P2',
  error: 'P2',
  p3: 'P3',
  warning: 'P3',
  minor: 'P3',
  p4: 'P4',
  info: 'P4',
  none: 'P4',
  sec: 'SEC',
  security: 'SEC',
}

/** Our severity for an alert's `severity` label, or null when the label is absent or says nothing that we know. */
export function severityOfLabel(label: string | undefined): Severity | null {
  const word = label?.toLowerCase() ?? ''
  // A label "constructor" would find what every object inherits.
  return Object.hasOwn(LABEL_TO_SEVERITY, word) ? (LABEL_TO_SEVERITY[word] ?? null) : null
}

/** The Slack channel in which a system's incidents are told; null when there is none. */
export function channelOf(matrix: SeverityMatrix, system: string | null): string | null {
  const { channels } = matrix
  if (system !== null && Object.hasOwn(channels, system)) return channels[system] ?? null
  return channels.default ?? null
}
