import { z } from 'zod'
import type { TargetSpec } from '../domain/policy.ts'
import type { TargetClients, TargetKind } from '../handler/targets.ts'
import { postgresTarget } from './postgres.ts'
import { prometheusTarget } from './prometheus.ts'
import { type Env, misconfigured, resolveSettings } from './settings.ts'

/** A client of any kind. */
export type Client = TargetClients[TargetKind]

/** What a policy may say about a target of each kind, beside `kind`; a string may be `${env:NAME}`. */
export const TARGET_SETTINGS = {
  postgres: z.strictObject({ url: z.string().regex(/^postgres(ql)?:\/\//, 'not a postgres:// URL') }),
  prometheus: z.strictObject({
    url: z.url({ protocol: /^https?$/, error: 'not an http:// or https:// URL' }),
    /** Token for `Authorization: Bearer`. */
    bearer: z.string().min(1).optional(),
  }),
} as const satisfies Record<TargetKind, z.ZodType>

/**
 * Makes the client of one target. Connects to nothing yet.
 * @throws NightshiftError `target-misconfigured`
 */
export function clientOf(spec: TargetSpec, env: Env): Client {
  switch (spec.kind) {
    case 'postgres':
      return postgresTarget(spec.name, resolveSettings(spec, env, TARGET_SETTINGS.postgres).url)
    case 'prometheus':
      return prometheusTarget(spec.name, resolveSettings(spec, env, TARGET_SETTINGS.prometheus))
    default:
      throw misconfigured(spec, `kind ${spec.kind} is not one of ${Object.keys(TARGET_SETTINGS).join(', ')}`)
  }
}
