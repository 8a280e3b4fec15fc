import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type ErrorCode, NightshiftError } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { answerProblem } from './problem.ts'

const STATUS: Partial<Record<ErrorCode, 403 | 404 | 409 | 422>> = {
  'bad-parameter': 422,
  'unknown-handler': 422,
  'unknown-target': 422,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'illegal-move': 409,
}

const TRY_AGAIN: readonly ErrorCode[] = ['ledger-unavailable', 'queue-unavailable', 'timeout', 'target-unavailable']

/** Turns whatever was thrown into an answer. What the sender can put right is told; our own insides go to the log, once. */
export function answerFailure(error: unknown, c: Context, log: Log): Response {
  if (error instanceof HTTPException) {
    const code = error.status === 415 ? 'wrong-content-type' : 'bad-request'
    return answerProblem(c, error.status, { code, message: error.message || 'the request is malformed' })
  }
  const request = { request: c.get('requestId'), method: c.req.method, path: c.req.path }
  if (error instanceof NightshiftError) {
    const status = STATUS[error.code]
    if (status !== undefined) return answerProblem(c, status, { code: error.code, message: error.message })
    if (TRY_AGAIN.includes(error.code)) {
      log.warn({ ...request, err: error }, 'a request was answered 503')
      return answerProblem(c, 503, { code: error.code, message: 'cannot be done at the moment; try again' })
    }
  }
  log.error({ ...request, err: error }, 'a request failed')
  return answerProblem(c, 500, { code: 'internal', message: 'an error of ours; the log has it under this request id' })
}
