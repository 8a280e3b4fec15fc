import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { NightshiftError, sentence } from '../domain/errors.ts'

export type ServerOptions = {
  fetch: (request: Request) => Response | Promise<Response>
  host: string
  /** 0: any free one. */
  port: number
  /** Longest time, in ms, for a whole request to come in: a sender that trickles does not hold a connection for ever. */
  requestTimeoutMs?: number
}

export type HttpServer = {
  port: number
  /** Takes no more connections, lets requests under way finish for `graceMs`, then cuts them off. */
  close: (graceMs?: number) => Promise<void>
}

// Longer than the five minutes for which Alertmanager keeps an idle connection: the side that sends should be the one to close
// it, or a POST can meet our end of the connection going away.
const KEEP_ALIVE_MS = 310_000

/**
 * Serves HTTP.
 * @throws NightshiftError `port-in-use`, or `config-invalid` when host and port cannot be listened on
 */
export async function listen({ fetch, host, port, requestTimeoutMs = 30_000 }: ServerOptions): Promise<HttpServer> {
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(10_000, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(5000, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    getRequestListener(fetch, { errorHandler: answerUnread }),
  )
  await listening(server, host, port)
  return { port: (server.address() as AddressInfo).port, close: (graceMs = 10_000) => stop(server, graceMs) }
}

/** Requests that cannot be read as one (no Host header, a URL that is none) never reach the app, which answers all others. */
function answerUnread(error: unknown): Response {
  const isTheirs = error instanceof RequestError
  const problem = isTheirs
    ? { code: 'bad-request', message: 'the request is malformed' }
    : { code: 'internal', message: 'an error of ours' }
  return Response.json({ error: problem }, { status: isTheirs ? 400 : 500 })
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const where = `${host}:${port}`
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new NightshiftError('port-in-use', `${where} is in use; set PORT to another`, { host, port }, error)
    throw new NightshiftError('config-invalid', `cannot listen on ${where}: ${sentence(error)}`, { host, port }, error)
  }
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // close() ends the connections that are idle now; those that become idle with their last answer would be kept alive.
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(timer)
}
