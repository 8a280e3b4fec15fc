import { z } from '@hono/zod-openapi'
import { MODES } from '../../domain/policy.ts'
import { REMEDIATION_STATES, type RemediationState } from '../../domain/remediation.ts'

export const StateSchema = z.enum(REMEDIATION_STATES as [RemediationState, ...RemediationState[]])

export const RemediationView = z
  .object({
    id: z.int(),
    incident: z.int().nullable().describe('Null for a run that a person asked for by hand'),
    system: z.string(),
    rule: z.string(),
    handler: z.string(),
    target: z.string().describe('`<system>/<target>`'),
    params: z.record(z.string(), z.unknown()),
    mode: z.enum(MODES),
    state: StateSchema,
    reason: z.string().describe('Why it is in this state'),
    stepIndex: z.int().describe("Rung of the rule's ladder, from 0"),
    attempt: z.int(),
    requestedBy: z.string().nullable(),
    plan: z.array(z.string()).nullable().describe('What it would do, line by line; null before it is made'),
    policyHash: z.string(),
    createdAt: z.date(),
    updatedAt: z.date(),
    verifyUntil: z.date().nullable(),
  })
  .openapi('Remediation')
export type RemediationView = z.infer<typeof RemediationView>

export const RunView = z
  .object({
    number: z.int(),
    startedAt: z.date(),
    endedAt: z.date().nullable(),
    outcome: z.enum(['done', 'failed', 'timed-out', 'lost', 'handed-back']).nullable(),
    result: z.unknown().describe('What the handler says it did'),
    error: z.string().nullable(),
  })
  .openapi('Run')
export type RunView = z.infer<typeof RunView>

export const GivenView = z
  .object({
    digest: z.string().describe('SHA-256 of exactly what is to be approved'),
    needed: z.int().describe('How many different people must say yes'),
    given: z.array(z.string()).describe('Who has'),
    expiresAt: z.date(),
    deniedBy: z.string().nullable(),
    deniedReason: z.string().nullable(),
  })
  .openapi('GivenApprovals')
export type GivenView = z.infer<typeof GivenView>

export const RemediationDetail = RemediationView.extend({
  findings: z.array(z.unknown()).describe('What the diagnosis found: tables'),
  runs: z.array(RunView),
  approval: GivenView.nullable().describe('Null when none was asked for'),
}).openapi('RemediationDetail')
export type RemediationDetail = z.infer<typeof RemediationDetail>
