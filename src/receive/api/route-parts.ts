import { createRoute, z } from '@hono/zod-openapi'
import { problemResponse } from '../problem.ts'
import { COMMAND_REFUSALS, DoneSchema } from './command.ts'

const SECURITY = [{ apiToken: [] }]

const COMMON_REFUSALS = {
  401: problemResponse('No valid token'),
  422: problemResponse('A parameter is wrong; it is named'),
  503: problemResponse('Not at the moment; try again'),
}

export const IdParam = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a positive integer')
    .transform(Number)
    .openapi({ type: 'integer', minimum: 1, param: { name: 'id', in: 'path' } }),
})

type Told = { summary: string; tag: string }

/** A JSON body, or answer, of this shape. */
export function json<S extends z.ZodType>(schema: S) {
  return { 'application/json': { schema } }
}

/** A route that reads a list. */
export function listRoute<P extends string, Q extends z.ZodObject, S extends z.ZodType>(
  path: P,
  { summary, tag }: Told,
  query: Q,
  answer: S,
) {
  return createRoute({
    method: 'get',
    path,
    summary,
    tags: [tag],
    security: SECURITY,
    request: { query },
    responses: { 200: { description: summary, content: json(answer) }, ...COMMON_REFUSALS },
  })
}

/** A route that reads one thing by its id. */
export function detailRoute<P extends string, S extends z.ZodType>(path: P, { summary, tag }: Told, answer: S) {
  return createRoute({
    method: 'get',
    path,
    summary,
    tags: [tag],
    security: SECURITY,
    request: { params: IdParam },
    responses: {
      200: { description: summary, content: json(answer) },
      404: problemResponse('There is none'),
      ...COMMON_REFUSALS,
    },
  })
}

/** A route that changes something. */
export function commandRoute<
  P extends string,
  Q extends z.ZodObject,
  B extends z.ZodObject,
  S extends z.ZodType = typeof DoneSchema,
>(path: P, { summary, tag }: Told, params: Q, body: B, answer: S = DoneSchema as unknown as S) {
  return createRoute({
    method: 'post',
    path,
    summary,
    tags: [tag],
    security: SECURITY,
    request: { params, body: { required: true, content: json(body) } },
    responses: { 200: { description: 'Done', content: json(answer) }, ...COMMON_REFUSALS, ...COMMAND_REFUSALS },
  })
}
