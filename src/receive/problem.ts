import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The one shape of every answer that is not a success. Never holds content of a request, nor our insides. */
export const ProblemSchema = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, for machines'),
      message: z.string().describe('One sentence, for people'),
      field: z.string().optional().describe('Where in the request: `alerts[3].status`, `query.limit`'),
      position: z.int().optional().describe('Where the body ceases to be JSON, in characters from 0'),
      state: z.string().optional().describe('The state that stands, where a command came too late'),
    }),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof ProblemSchema>['error']

/** Answers with a problem. */
export function answerProblem<S extends ContentfulStatusCode>(c: Context, status: S, problem: Problem) {
  return c.json({ error: problem }, status)
}

/** OpenAPI entry of a refusal. */
export function problemResponse(description: string) {
  return { description, content: { 'application/json': { schema: ProblemSchema } } }
}
