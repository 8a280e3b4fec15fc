/** Stops all acting, not recording. */
export type KillSwitch = { on: boolean; by: string; reason: string; at: Date }

/** What is kept of a circuit breaker between runs: open since `openedAt`, or closed with some failures in a row. */
export type BreakerState = { name: string; failures: number; openedAt: Date | null }
