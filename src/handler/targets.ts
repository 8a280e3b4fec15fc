/** What handlers see of a target. The clients themselves live in src/targets; a handler's test may hand in its own. */
export type TargetClients = {
  postgres: PostgresTarget
  prometheus: PrometheusTarget
}

export type TargetKind = keyof TargetClients

/** A PostgreSQL database that is looked after. */
export type PostgresTarget = {
  /** Name in the policy. */
  name: string
  /**
   * Runs one statement with bound parameters, under the target's statement and lock timeouts, as `application_name`
   * nightshift, with only pg_catalog on the search path: name other schemas in full.
   * @throws NightshiftError `target-unavailable`, `target-misconfigured` (permission denied) or `timeout`
   */
  query: <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<Row[]>
  /** Ends the client's connections. */
  close: () => Promise<void>
}

/** A Prometheus server, asked for evidence. */
export type PrometheusTarget = {
  name: string
  /**
   * Instant query. Samples of the vector, or one sample without labels for a scalar. NaN is not evidence and is left out.
   * @throws NightshiftError `target-unavailable`, `target-misconfigured`, `bad-parameter` (Prometheus refuses the query, or
   * it gives neither vector nor scalar) or `timeout`; the signal's own reason when it was aborted
   */
  query: (promql: string, signal?: AbortSignal) => Promise<Sample[]>
  close: () => Promise<void>
}

export type Sample = { labels: Record<string, string>; value: number }
