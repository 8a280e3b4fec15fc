import type { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { guardDoor } from '../auth.ts'
import { answerProblem } from '../problem.ts'
import { type ApprovalReads, addApprovals } from './approvals.ts'
import { addBreakers, type BreakerCommands, type BreakerReads } from './breakers.ts'
import { addHandlers, type HandlerReads } from './handlers.ts'
import { addIncidents, type IncidentCommands, type IncidentReads } from './incidents.ts'
import { addKillSwitch, type KillSwitchCommands, type KillSwitchReads } from './kill-switch.ts'
import { addPolicies, type PolicyReads } from './policies.ts'
import { addRemediations, type RemediationCommands, type RemediationReads } from './remediations.ts'
import { addRuns, type RunCommands } from './runs.ts'

/** All that the API shows. */
export type ReadModel = IncidentReads &
  RemediationReads &
  ApprovalReads &
  HandlerReads &
  PolicyReads &
  BreakerReads &
  KillSwitchReads

/** All that can be done over the API. */
export type Commands = IncidentCommands & RemediationCommands & RunCommands & BreakerCommands & KillSwitchCommands

export type ApiDeps = { token: string | null; loopbackOnly: boolean; reads: ReadModel; commands: Commands }

/** No command is anywhere near this long, in bytes. */
const BODY_CAP = 64 << 10

/** The API, all of it behind its token. */
export function addApi(app: OpenAPIHono, { token, loopbackOnly, reads, commands }: ApiDeps): void {
  app.use('/api/*', secureHeaders(), guardDoor({ token, loopbackOnly }), async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  app.use(
    '/api/*',
    bodyLimit({
      maxSize: BODY_CAP,
      onError: (c) =>
        answerProblem(c, 413, { code: 'too-large', message: `a body may have ${BODY_CAP} bytes at most` }),
    }),
  )
  addIncidents(app, reads, commands)
  addRemediations(app, reads, commands)
  addApprovals(app, reads)
  addRuns(app, commands)
  addHandlers(app, reads)
  addPolicies(app, reads)
  addBreakers(app, reads, commands)
  addKillSwitch(app, reads, commands)
}
