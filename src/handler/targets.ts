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
   * Runs one statement with bound parameters, under the target's statement and lock timeouts, as `application_name` nightshift.
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
   * Instant query. Samples of the vector, or one sample without labels for a scalar.
   * @throws NightshiftError `target-unavailable`, `bad-parameter` (Prometheus refuses the query) or `timeout`
   */
  query: (promql: string) => Promise<{ labels: Record<string, string>; value: number }[]>
  close: () => Promise<void>
}
