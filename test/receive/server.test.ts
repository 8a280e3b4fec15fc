import { describe, expect, test } from 'vitest'
import { listen } from '../../src/receive/server.ts'

const fetchOk = () => new Response('ok')

describe('the HTTP server', () => {
  test('says in one sentence that its port is in use', async () => {
    const first = await listen({ fetch: fetchOk, host: '127.0.0.1', port: 0 })
    const second = listen({ fetch: fetchOk, host: '127.0.0.1', port: first.port })
    await expect(second).rejects.toMatchObject({
      code: 'port-in-use',
      message: `127.0.0.1:${first.port} is in use; set PORT to another`,
    })
    await first.close()
  })

  test('says in one sentence that it cannot listen on an address that is not ours', async () => {
    const server = listen({ fetch: fetchOk, host: '192.0.2.1', port: 0 })
    await expect(server).rejects.toMatchObject({
      code: 'config-invalid',
      message: /^cannot listen on 192\.0\.2\.1:0: /,
    })
  })

  test('lets a request under way finish before it stops, and takes no new one', async () => {
    const begun = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const server = await listen({
      fetch: async () => {
        begun.resolve()
        await finish.promise
        return new Response('finished')
      },
      host: '127.0.0.1',
      port: 0,
    })
    const url = `http://127.0.0.1:${server.port}/`
    const answer = fetch(url)
    await begun.promise
    // Longer than a test may take: it must not be the end of the grace that ends the idle connection.
    const closed = server.close(60_000)
    await expect(fetch(url)).rejects.toThrow()
    finish.resolve()
    expect(await (await answer).text()).toBe('finished')
    await closed
  })

  test('cuts off a request that does not end within the grace', async () => {
    const begun = Promise.withResolvers<void>()
    const server = await listen({
      fetch: () => {
        begun.resolve()
        return new Promise<Response>(() => {})
      },
      host: '127.0.0.1',
      port: 0,
    })
    const answer = fetch(`http://127.0.0.1:${server.port}/`)
    const cut = expect(answer).rejects.toThrow()
    await begun.promise
    await server.close(0)
    await cut
  })
})
