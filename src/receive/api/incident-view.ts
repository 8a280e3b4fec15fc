import { z } from '@hono/zod-openapi'
import { SEVERITIES } from '../../domain/severity.ts'
import { RemediationView } from './remediation-view.ts'

export const INCIDENT_STATES = ['open', 'closed'] as const

export const IncidentView = z
  .object({
    id: z.int(),
    source: z.string().describe('Which Alertmanager'),
    fingerprint: z.string(),
    system: z.string().nullable().describe('Null when no rule matched'),
    rule: z.string().nullable(),
    severity: z.enum(SEVERITIES),
    state: z.enum(INCIDENT_STATES),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.date().describe('When it began, as the sender says'),
    openedAt: z.date(),
    lastSeenAt: z.date(),
    endedAt: z.date().nullable(),
    closedAt: z.date().nullable(),
    repeats: z.int().describe('How often the alert came again while it was open'),
  })
  .openapi('Incident')
export type IncidentView = z.infer<typeof IncidentView>

export const EntryView = z
  .object({
    seq: z.int(),
    at: z.date(),
    kind: z.string().describe('`incident.opened`, `decision.made`, …'),
    actor: z.object({ kind: z.enum(['rule', 'person', 'system']), name: z.string() }),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('Entry')
export type EntryView = z.infer<typeof EntryView>

export const EscalationView = z
  .object({
    state: z.enum(['pending', 'paging', 'acknowledged', 'resolved', 'exhausted']),
    severity: z.enum(SEVERITIES),
    reason: z.string(),
    level: z.int().describe('How far the climb has come; 0: nobody is paged yet'),
    dueAt: z.date().nullable(),
  })
  .openapi('Escalation')
export type EscalationView = z.infer<typeof EscalationView>

/** Most entries that a detail shows; the last ones. */
export const SHOWN_ENTRIES = 500

export const IncidentDetail = IncidentView.extend({
  remediations: z.array(RemediationView).describe('Newest first'),
  escalations: z.array(EscalationView).describe('Newest first'),
  entries: z.array(EntryView).describe(`The last ${SHOWN_ENTRIES} of the ledger, oldest first`),
}).openapi('IncidentDetail')
export type IncidentDetail = z.infer<typeof IncidentDetail>
