import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Alert } from '../domain/alert.ts'
import { NightshiftError } from '../domain/errors.ts'
import { parseNotification } from './alertmanager.ts'
import { guardDoor } from './auth.ts'
import { type ReadingRoom, readBody } from './body.ts'
import type { Inbox } from './inbox.ts'
import { answerProblem, type Problem } from './problem.ts'
import { webhookRoute } from './webhook-schema.ts'

/** Why a notification was not taken: label of a metric. The last three are sent again, the others are gone for good. */
const REFUSALS = [
  'unauthorized',
  'wrong-content-type',
  'too-large',
  'bad-source',
  'bad-notification',
  'cut-off',
  'ledger-unavailable',
  'internal',
] as const
type Refusal = (typeof REFUSALS)[number]

/** What the webhook counts. */
export type WebhookMetrics = {
  accepted: (alerts: { firing: number; resolved: number }, seconds: number) => void
  refused: (reason: Refusal, count?: number) => void
}

export type WebhookDeps = {
  inbox: Pick<Inbox, 'store'>
  token: string | null
  loopbackOnly: boolean
  metrics: WebhookMetrics
  now: () => Date
}

/** 16 MiB: some twenty thousand alerts. */
export const BODY_CAP = 16 << 20
const READING_ROOM = 256 << 20
const SOURCE = /^[a-z0-9-]{1,32}$/

/**
 * POST /webhooks/alertmanager: 202 once the notification is on disk. Alertmanager tries again after 5xx and never after 4xx, so
 * what may succeed later is 503, and each refusal counts. The table of all answers is docs/webhook.md.
 */
export function addWebhook(app: OpenAPIHono, { inbox, token, loopbackOnly, metrics, now }: WebhookDeps): void {
  const room: ReadingRoom = { left: READING_ROOM }
  const utf8 = new TextDecoder('utf-8', { fatal: true })

  const refuse = (c: Context, status: 400 | 413 | 415 | 503, reason: Refusal, problem: Omit<Problem, 'code'>) => {
    metrics.refused(reason)
    return answerProblem(c, status, { code: reason, ...problem })
  }

  // A counter that is first seen at one has not increased, for Prometheus: the first refusal would raise no alert.
  for (const reason of REFUSALS) metrics.refused(reason, 0)
  app.openAPIRegistry.registerPath(webhookRoute)
  app.post(
    webhookRoute.path,
    guardDoor({ token, loopbackOnly, basic: true, onRefusal: () => metrics.refused('unauthorized') }),
    async (c) => {
      const begunAt = performance.now()
      if (!isJson(c)) return refuse(c, 415, 'wrong-content-type', { message: 'must be application/json, uncompressed' })
      const source = c.req.query('source') ?? 'alertmanager'
      if (!SOURCE.test(source))
        return refuse(c, 400, 'bad-source', { field: 'query.source', message: `must match ${SOURCE.source}` })

      const read = await readBody(c.req, BODY_CAP, room)
      if ('refused' in read) {
        if (read.refused === 'too-large')
          return refuse(c, 413, 'too-large', { message: `a body may have ${BODY_CAP} bytes at most` })
        if (read.refused === 'cut-off') return refuse(c, 400, 'cut-off', { message: 'the body ended early' })
        return refuse(c, 503, 'ledger-unavailable', { message: 'too many large bodies at once; try again' })
      }
      const body = decode(utf8, read.bytes)
      if (body === null) return refuse(c, 400, 'bad-notification', { field: 'body', message: 'is not valid UTF-8' })
      const parsed = parseNotification(body)
      if ('problem' in parsed) return refuse(c, 400, 'bad-notification', parsed.problem)

      try {
        const notification = await inbox.store({ source, body, receivedAt: now() })
        const { alerts } = parsed.notification
        metrics.accepted(countByStatus(alerts), (performance.now() - begunAt) / 1000)
        return c.json({ notification, alerts: alerts.length }, 202)
      } catch (error) {
        const isOut = error instanceof NightshiftError && error.code === 'ledger-unavailable'
        metrics.refused(isOut ? 'ledger-unavailable' : 'internal')
        throw error
      }
    },
  )
}

function isJson(c: Context): boolean {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  return type === 'application/json' && (c.req.header('content-encoding') ?? 'identity') === 'identity'
}

function decode(utf8: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

function countByStatus(alerts: readonly Alert[]): { firing: number; resolved: number } {
  let firing = 0
  for (const alert of alerts) if (alert.status === 'firing') firing += 1
  return { firing, resolved: alerts.length - firing }
}
