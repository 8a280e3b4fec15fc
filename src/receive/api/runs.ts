import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Params } from '../../domain/policy.ts'
import { isStorableJson } from '../storable.ts'
import { answerRefusal, type CommandRefusal, DoneSchema, NameSchema, PersonSchema } from './command.ts'
import { commandRoute } from './route-parts.ts'

export type RunRequest = {
  handler: string
  system: string
  /** Name among the system's targets. */
  target: string
  params: Params
  by: string
  /** Make the plan and nothing else. */
  dryRun: boolean
}

const Requested = DoneSchema.extend({
  remediation: z.int().nullable().describe('Null for a dry run'),
  plan: z.array(z.string()).nullable().describe('What it would do; null until the worker has made it'),
}).openapi('RequestedRun')

/** What became of the wish for a run by hand. */
export type RunResult = ({ ok: true } & z.infer<typeof Requested>) | CommandRefusal

export type RunCommands = { run: (request: RunRequest) => Promise<RunResult> }

const request = commandRoute(
  '/api/v1/runs',
  { summary: 'Asks for a run by hand: the same guards, and the approval of somebody else', tag: 'remediations' },
  z.strictObject({}),
  z.strictObject({
    handler: NameSchema,
    target: z
      .string()
      .regex(/^[^/\s\p{C}]{1,100}\/[^/\s\p{C}]{1,100}$/u, 'must be `<system>/<target>`')
      .describe('`<system>/<target>`'),
    params: z
      .record(z.string(), z.unknown())
      .refine((params) => isStorableJson(params), 'must be well-formed text without NUL, and not nested that deep')
      .default({}),
    by: PersonSchema,
    dryRun: z.boolean().default(false).describe('Make the plan and nothing else'),
  }),
  Requested,
)

/** Runs by hand. */
export function addRuns(app: OpenAPIHono, commands: RunCommands): void {
  app.openapi(request, async (c) => {
    const { target, params, ...rest } = c.req.valid('json')
    const [system = '', name = ''] = target.split('/')
    // They come out of JSON, so Json is what they are.
    const result = await commands.run({ ...rest, params: params as Params, system, target: name })
    if (!result.ok) return answerRefusal(c, result)
    return c.json({ state: result.state, remediation: result.remediation, plan: result.plan }, 200)
  })
}
