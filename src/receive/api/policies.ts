import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { MODES } from '../../domain/policy.ts'
import { SEVERITIES } from '../../domain/severity.ts'
import { listRoute } from './route-parts.ts'

const CallView = z.object({ handler: z.string(), target: z.string(), params: z.record(z.string(), z.unknown()) })

const RuleView = z
  .object({
    name: z.string(),
    position: z.string().describe('`policies/fluxbase.yaml:12:5`'),
    match: z.array(z.string()),
    severity: z.enum(SEVERITIES),
    runbook: z.string().nullable(),
    diagnose: z.array(CallView),
    steps: z.array(CallView.extend({ mode: z.enum(MODES) })),
    limits: z.object({
      budget: z.object({ runs: z.int(), perMs: z.number() }).nullable(),
      blastRadius: z.int(),
      cooldownMs: z.number(),
    }),
    approvers: z.array(z.string()),
    shadow: z.boolean(),
  })
  .openapi('Rule')

export const PolicyView = z
  .object({
    system: z.string(),
    owner: z.string(),
    file: z.string(),
    hash: z.string(),
    targets: z.array(z.object({ name: z.string(), kind: z.string() })).describe('Without their settings'),
    rules: z.array(RuleView).describe('In file order: the first that matches decides'),
  })
  .openapi('Policy')
export type PolicyView = z.infer<typeof PolicyView>

const PoliciesView = z.object({
  hash: z.string().describe('Over all files, as decisions record it'),
  items: z.array(PolicyView),
})
export type PoliciesView = z.infer<typeof PoliciesView>

export type PolicyReads = {
  /** The policies in force. */
  policies: () => PoliciesView
}

const list = listRoute(
  '/api/v1/policies',
  { summary: 'The policies in force', tag: 'policies' },
  z.strictObject({}),
  PoliciesView,
)

/** Policies: what is in force. */
export function addPolicies(app: OpenAPIHono, reads: PolicyReads): void {
  app.openapi(list, (c) => c.json(reads.policies(), 200))
}
