/** The only thing that files in handlers/ may import, as 'nightshift'. */
export { z } from 'zod'
export { formatDuration } from '../domain/duration.ts'
export { NightshiftError } from '../domain/errors.ts'
export { type Context, defineHandler, type Finding, type Plan, type Probe, type Verification } from './define.ts'
export { duration } from './params.ts'
export type { PostgresTarget, PrometheusTarget } from './targets.ts'
