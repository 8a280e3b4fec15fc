import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { NightshiftError } from '../domain/errors.ts'
import { withinTime } from './time-limit.ts'

/** One question per dependency; it answers by returning, and says no by throwing. */
export type Checks = Readonly<Record<string, () => Promise<void>>>

export type HealthDeps = {
  /** Fails only when the process should be restarted. */
  live: Checks
  /** Fails when no traffic should come. */
  ready: Checks
  /** Fails until the start is through. */
  startup: Checks
  /** Longest time for one check, in ms. */
  limitMs?: number
}

const HealthSchema = z
  .object({
    status: z.enum(['ok', 'failing']),
    checks: z.record(
      z.string(),
      z.object({ ok: z.boolean(), code: z.string().optional().describe('Why not: a code, never a message') }),
    ),
  })
  .openapi('Health')

type Health = z.infer<typeof HealthSchema>

/** GET /health/live, /health/ready, /health/startup: 200 or 503, one entry per dependency. */
export function addHealth(app: OpenAPIHono, { live, ready, startup, limitMs = 2000 }: HealthDeps): void {
  for (const [name, checks] of Object.entries({ live, ready, startup })) {
    const ask = askTogether(checks, limitMs)
    app.openapi(healthRoute(name), async (c) => {
      const health = await ask()
      c.header('Cache-Control', 'no-store')
      return c.json(health, health.status === 'ok' ? 200 : 503)
    })
  }
}

function healthRoute(name: string) {
  const content = { 'application/json': { schema: HealthSchema } }
  return createRoute({
    method: 'get',
    path: `/health/${name}`,
    summary: `Health: ${name}`,
    tags: ['operation'],
    responses: { 200: { description: 'All well', content }, 503: { description: 'Something is not', content } },
  })
}

/** Questions that come while one is being answered share its answer: probes must not become load. */
function askTogether(checks: Checks, limitMs: number): () => Promise<Health> {
  let asking: Promise<Health> | null = null
  return () => {
    asking ??= askAll(checks, limitMs).finally(() => {
      asking = null
    })
    return asking
  }
}

async function askAll(checks: Checks, limitMs: number): Promise<Health> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await askOne(check, limitMs)] as const),
  )
  const status = answers.every(([, answer]) => answer.ok) ? 'ok' : 'failing'
  return { status, checks: Object.fromEntries(answers) }
}

async function askOne(check: () => Promise<void>, limitMs: number): Promise<Health['checks'][string]> {
  try {
    await withinTime(limitMs, check)
    return { ok: true }
  } catch (error) {
    return { ok: false, code: error instanceof NightshiftError ? error.code : 'error' }
  }
}
