import { createHmac } from 'node:crypto'
import type { FakeSlack } from './fake-slack.ts'
import type { Payload } from './payloads.ts'

/** How Slack brings something to the app. */
export type Deliver = {
  interaction: (payload: Payload) => Promise<Delivered>
  command: (form: Readonly<Record<string, string>>) => Promise<Delivered>
}
/** Whether it was acknowledged within Slack's 3 s, and with what. */
export type Delivered = { acknowledged: boolean; status: number; body: string }

export type Signing = {
  secret: string
  timestamp: number
  signature?: string
  headers?: Readonly<Record<string, string>>
}

/** A request as Slack signs it: https://docs.slack.dev/authentication/verifying-requests-from-slack. */
export function signedRequest(url: string, body: string, { secret, timestamp, signature, headers }: Signing): Request {
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return new Request(url, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Slack-Request-Timestamp': String(timestamp),
      'X-Slack-Signature': signature ?? `v0=${mac}`,
      ...headers,
    },
  })
}

/** Text of a form with one JSON field, as clicks and modals come. */
export function interactionBody(payload: Payload): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}

/** Delivery by signed POST; `answer` is a fetch to a real server, or the receiver itself. */
export function overHttp(
  { signingSecret }: Pick<FakeSlack, 'signingSecret'>,
  url: string,
  now: () => Date,
  answer: (request: Request) => Promise<Response> = fetch,
): Deliver {
  const send = async (body: string): Promise<Delivered> => {
    const timestamp = Math.floor(now().getTime() / 1000)
    const response = await answer(signedRequest(url, body, { secret: signingSecret, timestamp }))
    return { acknowledged: response.status === 200, status: response.status, body: await response.text() }
  }
  return {
    interaction: (payload) => send(interactionBody(payload)),
    command: (form) => send(new URLSearchParams(form).toString()),
  }
}

/** Delivery over the WebSocket of Socket Mode. */
export function overSocket({ socket }: Pick<FakeSlack, 'socket'>, ms?: number): Deliver {
  const send = async (type: 'interactive' | 'slash_commands', payload: unknown): Promise<Delivered> => {
    const answer = await socket.send(type, payload, ms)
    return { acknowledged: answer !== null, status: answer === null ? 0 : 200, body: JSON.stringify(answer) }
  }
  return { interaction: (payload) => send('interactive', payload), command: (form) => send('slash_commands', form) }
}
