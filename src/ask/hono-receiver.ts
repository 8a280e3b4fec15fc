import { createHash } from 'node:crypto'
import type { Receiver, ReceiverEvent } from '@slack/bolt'
import type { Admission } from './admission.ts'
import { parsePosted, readText } from './raw-body.ts'
import type { AskRefusal } from './refusal.ts'
import { signatureProblem } from './signature.ts'
import { inTime, TOO_LATE } from './time-limit.ts'

/** Slack shows an error after 3 s; what is decided after the answer still counts. */
const ANSWER_WITHIN_MS = 2500

export type HttpReceiverDeps = {
  signingSecret: string
  admit: Admission
  /** Counts what is refused before it is known to come from Slack. */
  refused: (why: AskRefusal) => void
  now: () => Date
  answerWithinMs?: number
}

export type HttpReceiver = Receiver & {
  /** Answers what Slack posts to /slack/events. Never throws. */
  handle: (request: Request) => Promise<Response>
}

const STATUS: Readonly<Record<AskRefusal, number>> = {
  'bad-signature': 401,
  stale: 401,
  replayed: 409,
  'other-workspace': 403,
  'other-app': 403,
  'unknown-person': 403,
  'unknown-button': 400,
  'too-large': 413,
  unreadable: 400,
  'ledger-away': 503,
  'slack-away': 503,
}

/**
 * Bolt's receiver for requests in the web's own shape, so that Hono can serve it beside everything else. Order: size,
 * signature and age, JSON, workspace and app, first delivery; only then is Bolt told. A second delivery that Slack marks as
 * such is answered as if it were taken, and does nothing.
 */
export function createHttpReceiver(deps: HttpReceiverDeps): HttpReceiver {
  const { signingSecret, admit, refused, now, answerWithinMs = ANSWER_WITHIN_MS } = deps
  let processEvent: ((event: ReceiverEvent) => Promise<void>) | null = null

  const refuse = (why: AskRefusal): Response => {
    refused(why)
    return refusal(why)
  }

  const handle = async (request: Request): Promise<Response> => {
    const deadline = performance.now() + answerWithinMs
    const text = await readText(request)
    if (text === 'too-large' || text === 'unreadable') return refuse(text)
    // The check of our certificate is the one request that Slack does not sign. Nothing of it is used.
    if (new URLSearchParams(text).get('ssl_check') === '1') return new Response(null, { status: 200 })
    const problem = signatureProblem(request.headers, text, signingSecret, now())
    if (problem !== null) return refuse(problem)
    const body = parsePosted(request.headers.get('content-type'), text)
    if (body === null) return refuse('unreadable')
    if (body.type === 'url_verification') return Response.json({ challenge: String(body.challenge) })

    const retry = Number(request.headers.get('x-slack-retry-num') ?? 0)
    const hash = createHash('sha256').update(text).digest('hex')
    const admitted = await inTime(deadline - performance.now(), admit(body, hash))
    if (admitted === TOO_LATE) return refuse('ledger-away')
    if (admitted === 'replayed' && retry > 0) return new Response(null, { status: 200 })
    if (admitted !== null) return refusal(admitted)
    return dispatch(body, retry, deadline - performance.now())
  }

  /** Answers when the listener acknowledges; it goes on deciding afterwards. */
  const dispatch = async (body: Record<string, unknown>, retryNum: number, ms: number): Promise<Response> => {
    const { promise: acknowledged, resolve } = Promise.withResolvers<Response>()
    const ack: ReceiverEvent['ack'] = async (answer?: unknown) => {
      resolve(answerOf(answer))
    }
    // Bolt's end without an acknowledgement: no listener knows such a thing.
    void processEvent?.({ body, retryNum, ack }).then(
      () => resolve(new Response(null, { status: 404 })),
      () => resolve(new Response(null, { status: 500 })),
    )
    const answer = await inTime(ms, acknowledged)
    return answer === TOO_LATE ? new Response(null, { status: 200 }) : answer
  }

  return {
    init: (app) => {
      processEvent = (event) => app.processEvent(event)
    },
    start: async () => {},
    stop: async () => {},
    handle,
  }
}

function refusal(why: AskRefusal): Response {
  return Response.json({ error: { code: why } }, { status: STATUS[why] })
}

function answerOf(answer: unknown): Response {
  if (answer === undefined || answer === '') return new Response(null, { status: 200 })
  return typeof answer === 'string' ? new Response(answer, { status: 200 }) : Response.json(answer)
}
