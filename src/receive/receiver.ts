import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { type ApiDeps, addApi } from './api/api.ts'
import { answerFailure } from './failure.ts'
import { addHealth, type HealthDeps } from './health.ts'
import { addDescription, addMetrics, type MetricsText } from './operation.ts'
import { answerProblem } from './problem.ts'
import { addWebhook, type WebhookDeps } from './webhook.ts'

export type ReceiverDeps = {
  log: Log
  /** Absent: no webhook is taken here. */
  webhook?: WebhookDeps
  health: HealthDeps
  metricsText: MetricsText
  /** Answers what Slack sends. Absent: it is not taken here. */
  slack?: (request: Request) => Promise<Response>
  /** Absent: there is no API. */
  api?: ApiDeps
}

/** Everything that comes in over HTTP. Answers with JSON, also when it refuses; nothing thrown leaves it. */
export function createReceiver({ log, webhook, health, metricsText, slack, api }: ReceiverDeps): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return
      const issue = result.error.issues[0]
      const field = [result.target, ...(issue?.path ?? [])].join('.')
      return answerProblem(c, 422, { code: 'bad-parameter', field, message: issue?.message ?? 'is not valid' })
    },
  })
  app.onError((error, c) => answerFailure(error, c, log))
  app.notFound((c) => answerProblem(c, 404, { code: 'not-found', message: 'there is nothing here' }))
  app.use(requestId(), async (_c, next) => {
    try {
      await next()
    } catch (thrown) {
      // Hono passes on to onError only what is an Error.
      throw thrown instanceof Error ? thrown : new Error(sentence(thrown), { cause: thrown })
    }
  })

  if (webhook) addWebhook(app, webhook)
  addHealth(app, health)
  addMetrics(app, metricsText)
  if (slack) app.post('/slack/events', (c) => slack(c.req.raw))
  if (api) addApi(app, api)
  addDescription(app)
  return app
}
