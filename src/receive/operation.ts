import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'

/** The metrics as Prometheus reads them. */
export type MetricsText = () => Promise<{ contentType: string; text: string }>

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Metrics in the text format of Prometheus',
  tags: ['operation'],
  responses: { 200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } } },
})

/** GET /metrics. */
export function addMetrics(app: OpenAPIHono, metricsText: MetricsText): void {
  app.openapi(metricsRoute, async (c) => {
    const { contentType, text } = await metricsText()
    return c.text(text, 200, { 'Content-Type': contentType })
  })
}

/** GET /openapi.json: everything that is added to the app, described by the schemas that it is checked with. */
export function addDescription(app: OpenAPIHono): void {
  const { registerComponent } = app.openAPIRegistry
  const register = registerComponent.bind(app.openAPIRegistry)
  register('securitySchemes', 'webhookToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'NIGHTSHIFT_WEBHOOK_TOKEN',
  })
  register('securitySchemes', 'webhookPassword', {
    type: 'http',
    scheme: 'basic',
    description: 'NIGHTSHIFT_WEBHOOK_TOKEN',
  })
  register('securitySchemes', 'apiToken', { type: 'http', scheme: 'bearer', description: 'NIGHTSHIFT_API_TOKEN' })
  let document: object | null = null
  app.get('/openapi.json', (c) => {
    document ??= app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Nightshift', version: '1' } })
    return c.json(document)
  })
}
