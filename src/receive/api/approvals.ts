import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { MODES } from '../../domain/policy.ts'
import { NameSchema } from './command.ts'
import { PageQuery, type PageRequest, pageOf, readPage } from './paging.ts'
import { listRoute } from './route-parts.ts'

export const ApprovalView = z
  .object({
    remediation: z.int(),
    incident: z.int().nullable(),
    system: z.string(),
    rule: z.string(),
    handler: z.string(),
    target: z.string(),
    params: z.record(z.string(), z.unknown()),
    mode: z.enum(MODES),
    plan: z.array(z.string()).nullable(),
    requestedBy: z.string().nullable().describe('Who asked for the run by hand; may not approve it'),
    approvers: z.array(z.string()).describe('People and groups who may'),
    digest: z.string().describe('SHA-256 of exactly what is to be approved'),
    needed: z.int(),
    given: z.array(z.string()),
    createdAt: z.date(),
    expiresAt: z.date(),
  })
  .openapi('Approval')
export type ApprovalView = z.infer<typeof ApprovalView>

export type ApprovalReads = {
  /** What waits for a person's decision, newest remediation first. */
  approvals: (filter: { system: string | null }, page: PageRequest) => Promise<readonly ApprovalView[]>
}

const list = listRoute(
  '/api/v1/approvals',
  { summary: "What waits for a person's decision, newest first", tag: 'remediations' },
  z.strictObject({ system: NameSchema.optional(), ...PageQuery }),
  pageOf(ApprovalView),
)

/** Approvals: what waits. The yes and the no themselves are given to the remediation. */
export function addApprovals(app: OpenAPIHono, reads: ApprovalReads): void {
  app.openapi(list, async (c) => {
    const query = c.req.valid('query')
    const filter = { system: query.system ?? null }
    const page = await readPage(
      query,
      (part) => reads.approvals(filter, part),
      ({ remediation }) => remediation,
    )
    return c.json(page, 200)
  })
}
