import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { answerProblem } from '../problem.ts'
import { answerCommand, type CommandResult, PersonSchema, ReasonSchema } from './command.ts'
import { type Filter, filterOf, filterQuery } from './filter.ts'
import { INCIDENT_STATES, IncidentDetail, IncidentView } from './incident-view.ts'
import { PageQuery, type PageRequest, pageOf, readPage } from './paging.ts'
import { commandRoute, detailRoute, IdParam, listRoute } from './route-parts.ts'

export type IncidentFilter = Filter<(typeof INCIDENT_STATES)[number]>

export type IncidentReads = {
  /** Newest first; `since` and `until` are about `openedAt`. */
  incidents: (filter: IncidentFilter, page: PageRequest) => Promise<readonly IncidentView[]>
  incident: (id: number) => Promise<IncidentDetail | null>
}

export type IncidentCommands = {
  acknowledge: (command: { incident: number; by: string }) => Promise<CommandResult>
  resolve: (command: { incident: number; by: string; reason: string }) => Promise<CommandResult>
}

const tag = 'incidents'
const PATH = '/api/v1/incidents'

const list = listRoute(
  PATH,
  { summary: 'Incidents, newest first', tag },
  z.strictObject({ ...filterQuery(INCIDENT_STATES), ...PageQuery }),
  pageOf(IncidentView),
)
const detail = detailRoute(`${PATH}/{id}`, { summary: 'One incident with its story', tag }, IncidentDetail)
const acknowledge = commandRoute(
  `${PATH}/{id}/acknowledge`,
  { summary: '"I have it": stops the climb, approves nothing', tag },
  IdParam,
  z.strictObject({ by: PersonSchema }),
)
const resolve = commandRoute(
  `${PATH}/{id}/resolve`,
  { summary: 'A person says that it is over', tag },
  IdParam,
  z.strictObject({ by: PersonSchema, reason: ReasonSchema }),
)

/** Incidents: list, detail, acknowledge, resolve. */
export function addIncidents(app: OpenAPIHono, reads: IncidentReads, commands: IncidentCommands): void {
  app.openapi(list, async (c) => {
    const query = c.req.valid('query')
    const page = await readPage(
      query,
      (part) => reads.incidents(filterOf(query), part),
      (incident) => incident.id,
    )
    return c.json(page, 200)
  })
  app.openapi(detail, async (c) => {
    const { id } = c.req.valid('param')
    const incident = await reads.incident(id)
    if (incident === null) return answerProblem(c, 404, { code: 'not-found', message: `there is no incident ${id}` })
    return c.json(incident, 200)
  })
  app.openapi(acknowledge, async (c) =>
    answerCommand(c, await commands.acknowledge({ incident: c.req.valid('param').id, ...c.req.valid('json') })),
  )
  app.openapi(resolve, async (c) =>
    answerCommand(c, await commands.resolve({ incident: c.req.valid('param').id, ...c.req.valid('json') })),
  )
}
