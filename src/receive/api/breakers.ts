import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { answerCommand, type CommandResult, NameSchema, PersonSchema } from './command.ts'
import { commandRoute, listRoute } from './route-parts.ts'

export const BreakerView = z
  .object({
    name: z.string().describe('`<handler> @ <system>/<target>`'),
    failures: z.int().describe('In a row'),
    openedAt: z.date().nullable(),
    open: z.boolean().describe('Nothing runs through it now'),
  })
  .openapi('Breaker')
export type BreakerView = z.infer<typeof BreakerView>

export type BreakerReads = {
  /** Those that have anything on record, by name. */
  breakers: () => Promise<readonly BreakerView[]>
}
export type BreakerCommands = { resetBreaker: (command: { name: string; by: string }) => Promise<CommandResult> }

const tag = 'operation'

const list = listRoute(
  '/api/v1/breakers',
  { summary: 'Breakers that have anything on record', tag },
  z.strictObject({}),
  z.object({ items: z.array(BreakerView) }),
)
const reset = commandRoute(
  '/api/v1/breakers/{name}/reset',
  { summary: 'Closes a breaker by hand', tag },
  z.object({
    name: NameSchema.openapi({ param: { name: 'name', in: 'path' } }),
  }),
  z.strictObject({ by: PersonSchema }),
)

/** Breakers: list, reset. */
export function addBreakers(app: OpenAPIHono, reads: BreakerReads, commands: BreakerCommands): void {
  app.openapi(list, async (c) => c.json({ items: [...(await reads.breakers())] }, 200))
  app.openapi(reset, async (c) =>
    answerCommand(c, await commands.resetBreaker({ ...c.req.valid('param'), ...c.req.valid('json') })),
  )
}
