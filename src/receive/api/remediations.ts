import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { REMEDIATION_STATES, type RemediationState } from '../../domain/remediation.ts'
import { answerProblem } from '../problem.ts'
import { answerCommand, type CommandResult, PersonSchema, ReasonSchema } from './command.ts'
import { type Filter, filterOf, filterQuery } from './filter.ts'
import { PageQuery, type PageRequest, pageOf, readPage } from './paging.ts'
import { RemediationDetail, RemediationView } from './remediation-view.ts'
import { commandRoute, detailRoute, IdParam, listRoute } from './route-parts.ts'

export type RemediationReads = {
  /** Newest first; severity is the rule's, `since` and `until` are about `createdAt`. */
  remediations: (filter: Filter<RemediationState>, page: PageRequest) => Promise<readonly RemediationView[]>
  remediation: (id: number) => Promise<RemediationDetail | null>
}

export type RemediationCommands = {
  /** A yes; with a digest, only to the proposal that has it, and a conflict otherwise. */
  approve: (command: { remediation: number; by: string; digest: string | null }) => Promise<CommandResult>
  deny: (command: { remediation: number; by: string; reason: string }) => Promise<CommandResult>
  cancel: (command: { remediation: number; by: string; reason: string }) => Promise<CommandResult>
}

const tag = 'remediations'
const PATH = '/api/v1/remediations'

const list = listRoute(
  PATH,
  { summary: 'Remediations, newest first', tag },
  z.strictObject({ ...filterQuery(REMEDIATION_STATES as [RemediationState, ...RemediationState[]]), ...PageQuery }),
  pageOf(RemediationView),
)
const detail = detailRoute(
  `${PATH}/{id}`,
  { summary: 'One remediation with its diagnosis, runs and approval', tag },
  RemediationDetail,
)
const approve = commandRoute(
  `${PATH}/{id}/approve`,
  { summary: 'A yes to what is proposed', tag },
  IdParam,
  z.strictObject({
    by: PersonSchema,
    digest: z.string().nullable().default(null).describe('What was shown; the yes counts for nothing else'),
  }),
)
const deny = commandRoute(
  `${PATH}/{id}/deny`,
  { summary: 'A no: the next step follows, or a person', tag },
  IdParam,
  z.strictObject({ by: PersonSchema, reason: ReasonSchema }),
)
const cancel = commandRoute(
  `${PATH}/{id}/cancel`,
  { summary: 'Withdraws what has not started', tag },
  IdParam,
  z.strictObject({ by: PersonSchema, reason: ReasonSchema }),
)

/** Remediations: list, detail, approve, deny, cancel. */
export function addRemediations(app: OpenAPIHono, reads: RemediationReads, commands: RemediationCommands): void {
  app.openapi(list, async (c) => {
    const query = c.req.valid('query')
    const page = await readPage(
      query,
      (part) => reads.remediations(filterOf(query), part),
      ({ id }) => id,
    )
    return c.json(page, 200)
  })
  app.openapi(detail, async (c) => {
    const { id } = c.req.valid('param')
    const found = await reads.remediation(id)
    if (found === null) return answerProblem(c, 404, { code: 'not-found', message: `there is no remediation ${id}` })
    return c.json(found, 200)
  })
  app.openapi(approve, async (c) =>
    answerCommand(c, await commands.approve({ remediation: c.req.valid('param').id, ...c.req.valid('json') })),
  )
  app.openapi(deny, async (c) =>
    answerCommand(c, await commands.deny({ remediation: c.req.valid('param').id, ...c.req.valid('json') })),
  )
  app.openapi(cancel, async (c) =>
    answerCommand(c, await commands.cancel({ remediation: c.req.valid('param').id, ...c.req.valid('json') })),
  )
}
