import type { z } from 'zod'
import { NightshiftError } from '../domain/errors.ts'
import type { Json, TargetSpec } from '../domain/policy.ts'

/** Where `${env:NAME}` is looked up. */
export type Env = Readonly<Record<string, string | undefined>>

const REFERENCE = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/

/**
 * A target's settings with their secrets put in, checked against the kind's schema. Values are never quoted in a message:
 * any of them may be a secret.
 * @throws NightshiftError `target-misconfigured`, naming the missing variable or the wrong setting
 */
export function resolveSettings<S extends z.ZodType>(spec: TargetSpec, env: Env, schema: S): z.output<S> {
  const resolved = Object.fromEntries(
    Object.entries(spec.settings).map(([key, value]) => [key, resolveValue(spec, key, value, env)]),
  )
  const parsed = schema.safeParse(resolved)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`)
  throw misconfigured(spec, problems.join('; '))
}

/** The whole value is a reference or it is none: a secret is never pasted into a longer text, where a typo would show it. */
function resolveValue(spec: TargetSpec, key: string, value: Json, env: Env): Json {
  if (typeof value !== 'string' || !value.includes('${')) return value
  const name = value.match(REFERENCE)?.[1]
  if (name === undefined) throw misconfigured(spec, `${key}: expected all of it to be \${env:NAME}`)
  const found = env[name]
  if (found === undefined || found === '')
    throw misconfigured(spec, `${key}: the environment variable ${name} is not set`)
  return found
}

/** A target's settings are wrong: the sentence names the target. */
export function misconfigured(spec: TargetSpec, what: string): NightshiftError {
  return new NightshiftError('target-misconfigured', `target ${spec.name}: ${what}`, { target: spec.name })
}
