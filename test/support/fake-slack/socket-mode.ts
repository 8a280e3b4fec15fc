import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { acceptWebSocket, type Connection } from './web-socket.ts'

/** Slack's side of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode. */
export type SocketSide = {
  /** A ticket for one connection; part of the URL that apps.connections.open returns. */
  ticket: () => string
  upgrade: (request: IncomingMessage, socket: Duplex) => void
  /** Connections that are open now. */
  count: () => number
  /** Waits until there are `count` connections. */
  connected: (count?: number) => Promise<void>
  /** Sends an envelope over one connection; its answer, or null when none came within `ms`. */
  send: (type: 'interactive' | 'slash_commands', payload: unknown, ms?: number) => Promise<unknown>
  /** Asks each connection to go, as Slack does when it recycles one, or breaks it off. */
  recycle: () => void
  dropAll: () => void
}

/** Makes the side of Slack that sends envelopes and waits for their acknowledgement. */
export function createSocketSide(appId: string): SocketSide {
  const tickets = new Set<string>()
  const connections = new Set<Connection>()
  const waiting = new Map<string, (payload: unknown) => void>()
  const arrivals: { count: number; resolve: () => void }[] = []

  const upgrade = (request: IncomingMessage, socket: Duplex): void => {
    const ticket = new URL(request.url ?? '', 'http://slack').searchParams.get('ticket') ?? ''
    // A ticket is good for one connection.
    if (!tickets.delete(ticket)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const connection = acceptWebSocket(request, socket, {
      end: () => connections.delete(connection),
      message: (text) => {
        const { envelope_id, payload } = JSON.parse(text) as { envelope_id: string; payload?: unknown }
        waiting.get(envelope_id)?.(payload ?? {})
      },
    })
    connections.add(connection)
    connection.send({ type: 'hello', num_connections: connections.size, connection_info: { app_id: appId } })
    for (const arrival of arrivals) if (connections.size >= arrival.count) arrival.resolve()
  }
  return {
    ticket: () => {
      const ticket = randomUUID()
      tickets.add(ticket)
      return ticket
    },
    upgrade,
    count: () => connections.size,
    connected: (count = 1) =>
      new Promise((resolve) => {
        if (connections.size >= count) resolve()
        else arrivals.push({ count, resolve })
      }),
    send: (type, payload, ms = 3000) => {
      const [connection] = connections
      if (connection === undefined) return Promise.resolve(null)
      const envelope_id = randomUUID()
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), ms)
        waiting.set(envelope_id, (answer) => {
          clearTimeout(timer)
          waiting.delete(envelope_id)
          resolve(answer)
        })
        connection.send({ type, envelope_id, accepts_response_payload: true, payload })
      })
    },
    recycle: () => {
      for (const connection of connections) {
        connection.send({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'fake' } })
      }
    },
    dropAll: () => {
      for (const connection of connections) connection.drop()
    },
  }
}
