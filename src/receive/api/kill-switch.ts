import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { answerCommand, type CommandResult, PersonSchema, ReasonSchema } from './command.ts'
import { commandRoute, listRoute } from './route-parts.ts'

export const KillSwitchView = z
  .object({
    on: z.boolean().describe('Nothing acts; recording goes on'),
    by: z.string(),
    reason: z.string(),
    at: z.date(),
  })
  .openapi('KillSwitch')
export type KillSwitchView = z.infer<typeof KillSwitchView>

export type KillSwitchReads = { killSwitch: () => Promise<KillSwitchView> }
export type KillSwitchCommands = {
  setKillSwitch: (command: { on: boolean; by: string; reason: string }) => Promise<CommandResult>
}

const tag = 'operation'
const PATH = '/api/v1/kill-switch'

const read = listRoute(PATH, { summary: 'The kill switch as it stands', tag }, z.strictObject({}), KillSwitchView)
const set = commandRoute(
  PATH,
  { summary: 'Stops all acting, or lets it go on', tag },
  z.strictObject({}),
  z.strictObject({ on: z.boolean(), by: PersonSchema, reason: ReasonSchema }),
)

/** The kill switch: read, set. */
export function addKillSwitch(app: OpenAPIHono, reads: KillSwitchReads, commands: KillSwitchCommands): void {
  app.openapi(read, async (c) => c.json(await reads.killSwitch(), 200))
  app.openapi(set, async (c) => answerCommand(c, await commands.setKillSwitch(c.req.valid('json'))))
}
