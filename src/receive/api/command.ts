import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { answerProblem, problemResponse } from '../problem.ts'
import { isStorable } from '../storable.ts'

/** Why a command was not carried out. */
export type CommandRefusal = {
  ok: false
  code: 'conflict' | 'forbidden' | 'not-found' | 'bad-parameter'
  message: string
  /** The state that stands. */
  state?: string
}

/** What became of a command, with the state that it led to. */
export type CommandResult = { ok: true; state: string } | CommandRefusal

/** A name, of whatever: without control characters and line ends: PostgreSQL refuses NUL, and people read it in a list. */
export const NameSchema = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u, 'must be 1 to 200 printable characters')

export const PersonSchema = NameSchema.describe(
  'Name of the person who says so, as in the policies. The token vouches for it',
)

export const ReasonSchema = z
  .string()
  .max(1000)
  .refine(isStorable, 'must be well-formed text without NUL')
  .default('')
  .describe('For the ledger and for colleagues')

export const DoneSchema = z.object({ state: z.string().describe('The state that stands now') }).openapi('Done')

const STATUS = { conflict: 409, forbidden: 403, 'not-found': 404, 'bad-parameter': 422 } as const

/** OpenAPI entries of a command's refusals. */
export const COMMAND_REFUSALS = {
  403: problemResponse('This person may not'),
  404: problemResponse('There is none'),
  409: problemResponse('Too late, or not now; `state` is the one that stands'),
  422: problemResponse('A parameter is wrong; it is named'),
}

/** Answers with why a command was not carried out. */
export function answerRefusal(c: Context, { code, message, state }: CommandRefusal) {
  return answerProblem(c, STATUS[code], { code, message, ...(state === undefined ? {} : { state }) })
}

/** Answers with what became of a command. */
export function answerCommand(c: Context, result: CommandResult) {
  return result.ok ? c.json({ state: result.state }, 200) : answerRefusal(c, result)
}
