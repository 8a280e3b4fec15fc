import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { type ApiError, METHODS, type MethodName, readArgs } from './methods.ts'
import { createSocketSide, type SocketSide } from './socket-mode.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

/** How it behaves from now on. */
export type Behaviour =
  | { kind: 'well' }
  | { kind: 'down' }
  | { kind: 'slow'; ms: number }
  /** Each call fails with this error: invalid_auth, internal_error, … */
  | { kind: 'error'; error: string }
  | { kind: 'rate-limited'; calls: number; retryAfterS: number }

export type Call = { method: string; args: Readonly<Record<string, string>>; error: string | null }
/** What was posted to a response_url. */
export type Response = Readonly<Record<string, unknown>>

export type FakeSlack = Workspace &
  Identity & {
    /** For SLACK_API_URL. */
    apiUrl: string
    /** Every call, in order, with the error that it got. */
    calls: Call[]
    responses: Response[]
    socket: SocketSide
    behave: (next: Behaviour) => void
    /** Waits until `look` finds something; asked again after each call. */
    until: <T>(look: (fake: FakeSlack) => T | undefined | false) => Promise<T>
    responseUrl: () => string
    stop: () => Promise<void>
  }

export type Identity = {
  team: string
  app: string
  channel: string
  botToken: string
  appToken: string
  signingSecret: string
}

export type FakeOptions = { scopes?: readonly string[]; channels?: readonly string[] }

/**
 * A FAKE Slack on loopback: its Web API, which refuses what the published reference does not allow, and Socket Mode. It is
 * as good as that reference was read; it is not Slack.
 */
export async function startFakeSlack({
  scopes = ['chat:write', 'commands'],
  channels = ['C0NIGHT'],
}: FakeOptions = {}): Promise<FakeSlack> {
  const identity: Identity = {
    team: 'T0FAKE',
    app: 'A0FAKE',
    channel: channels[0] ?? '',
    botToken: `xoxb-fake-${randomBytes(6).toString('hex')}`,
    appToken: `xapp-1-A0FAKE-1-${randomBytes(6).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
  }
  const workspace = createWorkspace(channels, {
    url: 'https://fake.slack.com/',
    team: 'Fake',
    user: 'nightshift',
    team_id: identity.team,
    user_id: 'U0BOT',
    bot_id: 'B0BOT',
    app_id: identity.app,
  })
  const socket = createSocketSide(identity.app)
  const calls: Call[] = []
  const responses: Response[] = []
  const watchers = new Set<() => void>()
  let behaviour: Behaviour = { kind: 'well' }
  let port = 0

  const noticed = (): void => {
    for (const watch of [...watchers]) watch()
  }

  const answerCall = (method: string, token: string, form: URLSearchParams): Record<string, unknown> | ApiError => {
    if (!Object.hasOwn(METHODS, method)) return { error: 'unknown_method' }
    if (behaviour.kind === 'error') return { error: behaviour.error }
    if (token === '') return { error: 'not_authed' }
    const name = method as MethodName
    const opens = name === 'apps.connections.open'
    if (token !== (opens ? identity.appToken : identity.botToken)) return { error: 'invalid_auth' }
    const needed = METHODS[name].scope
    if (needed !== null && !scopes.includes(needed)) return { error: 'missing_scope', needed, provided: scopes.join() }
    const read = readArgs(name, form)
    if ('error' in read) return read
    return opens ? { url: `ws://127.0.0.1:${port}/link/?ticket=${socket.ticket()}` } : workspace.run(name, read.args)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { kind } = behaviour
    if (kind === 'down') return void request.socket.destroy()
    if (behaviour.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, (behaviour as { ms: number }).ms))
    const path = new URL(request.url ?? '', 'http://slack').pathname
    const body = await textOf(request)
    if (path.startsWith('/response/')) {
      responses.push(JSON.parse(body) as Response)
      response.end('ok')
      return noticed()
    }
    const method = path.replace('/api/', '')
    const form = new URLSearchParams(body)
    if (behaviour.kind === 'rate-limited' && behaviour.calls > 0) {
      behaviour = { ...behaviour, calls: behaviour.calls - 1 }
      calls.push({ method, args: Object.fromEntries(form), error: 'ratelimited' })
      response
        .writeHead(429, { 'Retry-After': String(behaviour.retryAfterS) })
        .end('{"ok":false,"error":"ratelimited"}')
      return noticed()
    }
    const result =
      request.method !== 'POST' || request.headers['content-type'] !== 'application/x-www-form-urlencoded'
        ? { error: 'invalid_post_type' }
        : answerCall(method, (request.headers.authorization ?? '').replace(/^Bearer ?/, ''), form)
    const error = 'error' in result ? String(result.error) : null
    calls.push({ method, args: Object.fromEntries(form), error })
    const { messages, ...said } = result as Record<string, unknown>
    response.setHeader('X-OAuth-Scopes', scopes.join(','))
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    const metadata = messages === undefined ? {} : { response_metadata: { messages } }
    response.end(JSON.stringify({ ok: error === null, ...said, ...metadata }))
    noticed()
  }

  const server = createServer((request, response) => void serve(request, response))
  server.on('upgrade', (request, stream) => {
    if (behaviour.kind === 'down') stream.destroy()
    else {
      socket.upgrade(request, stream)
      noticed()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port

  const fake: FakeSlack = {
    ...workspace,
    ...identity,
    apiUrl: `http://127.0.0.1:${port}/api/`,
    calls,
    responses,
    socket,
    behave: (next) => {
      behaviour = next
    },
    until: (look) =>
      new Promise((resolve) => {
        const watch = (): void => {
          const found = look(fake)
          if (found === undefined || found === false) return
          watchers.delete(watch)
          resolve(found)
        }
        watchers.add(watch)
        watch()
      }),
    responseUrl: () => `http://127.0.0.1:${port}/response/${randomBytes(6).toString('hex')}`,
    stop: async () => {
      socket.dropAll()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return fake
}
