import { createRoute, z } from '@hono/zod-openapi'
import { problemResponse } from './problem.ts'
import { isZeroTime, parseTimestamp } from './timestamp.ts'

const LabelsSchema = z.record(z.string(), z.string())

const TimeSchema = z
  .string()
  .refine((text) => parseTimestamp(text) !== null)
  .openapi({ format: 'date-time' })

const AlertSchema = z
  .looseObject({
    status: z.enum(['firing', 'resolved']),
    labels: LabelsSchema,
    annotations: LabelsSchema.nullish(),
    startsAt: TimeSchema.refine((text) => !isZeroTime(new Date(text))),
    endsAt: TimeSchema.nullish().describe('The zero time, null or absent: none'),
    generatorURL: z.string().nullish(),
    fingerprint: z.unknown().describe('16 hex digits; computed from the labels otherwise'),
  })
  .openapi('AlertmanagerAlert')

/** For the description only: the webhook reads by hand (alertmanager.ts). A test holds the two together. */
export const AlertmanagerMessageSchema = z
  .looseObject({
    version: z.literal('4'),
    alerts: z.array(AlertSchema),
    status: z.enum(['firing', 'resolved']).optional(),
    groupKey: z.string().nullish(),
    receiver: z.string().nullish(),
    truncatedAlerts: z.int().min(0).nullish(),
    notification_reason: z.string().nullish(),
    externalURL: z.string().nullish(),
  })
  .openapi('AlertmanagerMessage')

export const AcceptedSchema = z
  .object({ notification: z.uuid(), alerts: z.int().min(0) })
  .openapi('Accepted', { description: 'The notification is on disk; what it leads to is decided next' })

export const webhookRoute = createRoute({
  method: 'post',
  path: '/webhooks/alertmanager',
  summary: "Take a notification of Alertmanager's webhook, version 4",
  tags: ['webhooks'],
  security: [{ webhookToken: [] }, { webhookPassword: [] }],
  request: {
    query: z.object({
      source: z
        .string()
        .regex(/^[a-z0-9-]{1,32}$/)
        .default('alertmanager')
        .describe('Tells several Alertmanagers apart; the peers of one cluster must share it'),
    }),
    body: { required: true, content: { 'application/json': { schema: AlertmanagerMessageSchema } } },
  },
  responses: {
    202: { description: 'On disk', content: { 'application/json': { schema: AcceptedSchema } } },
    400: problemResponse('No notification; the field is named'),
    401: problemResponse('No valid token'),
    413: problemResponse('Larger than 16 MiB'),
    415: problemResponse('Not application/json, or compressed'),
    503: problemResponse('Not on disk; try again'),
  },
})
