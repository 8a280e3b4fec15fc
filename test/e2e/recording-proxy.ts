import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request that went through, and how it was answered. */
export type Delivery = { body: string; status: number }

/** Stands between Alertmanager and the service, and keeps what passes. */
export type RecordingProxy = { url: string; deliveries: Delivery[]; stop: () => void }

/** Starts it on a free loopback port. @param target base URL of the service */
export async function startRecordingProxy(target: () => string): Promise<RecordingProxy> {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { authorization, 'content-type': type = '' } = request.headers
    const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) }
    const answer = await fetch(`${target()}${request.url}`, { method: request.method ?? '', headers, body }).catch(
      () => new Response('nobody listens', { status: 502 }),
    )
    deliveries.push({ body, status: answer.status })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
