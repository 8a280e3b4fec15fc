import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { listRoute } from './route-parts.ts'

export const HandlerView = z
  .object({
    id: z.string().describe('Its path below handlers/'),
    summary: z.string(),
    target: z.string().describe('Kind of target that it works on'),
    danger: z.enum(['read-only', 'reversible', 'disruptive', 'destructive']),
    idempotent: z
      .boolean()
      .nullable()
      .describe('May it be started again when nobody knows whether it ran? Null: it only looks'),
    timeout: z.string(),
    params: z.record(z.string(), z.unknown()).describe('JSON Schema of its parameters'),
  })
  .openapi('Handler')
export type HandlerView = z.infer<typeof HandlerView>

export type HandlerReads = { handlers: () => readonly HandlerView[] }

const list = listRoute(
  '/api/v1/handlers',
  { summary: 'All handlers, by id', tag: 'policies' },
  z.strictObject({}),
  z.object({ items: z.array(HandlerView) }),
)

/** Handlers: the catalogue. */
export function addHandlers(app: OpenAPIHono, reads: HandlerReads): void {
  app.openapi(list, (c) => c.json({ items: [...reads.handlers()] }, 200))
}
