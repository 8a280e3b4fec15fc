import { describe, expect, test } from 'vitest'
import { apiUnderTest, TOKEN } from './api-under-test.ts'

type Document = {
  paths: Record<string, Record<string, { security?: unknown; responses: Record<string, unknown> }>>
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> }
}

const documentOf = async () => (await apiUnderTest().app.request('/openapi.json')).json() as Promise<Document>

/** Every route below /api, as the description has it, with something for its parameters. */
async function routes(): Promise<[method: string, path: string][]> {
  const { paths } = await documentOf()
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method, path.replace(/\{\w+\}/g, '7')] as [string, string]),
    )
}

describe('the API', () => {
  test('answers nothing without its token, be the route known or not', async () => {
    const { app, asked } = apiUnderTest()
    const known = await routes()
    expect(known.length).toBeGreaterThan(15)
    for (const [method, path] of [...known, ['get', '/api/v1/nowhere']] as const) {
      const init = {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}x` },
      }
      expect((await app.request(path, init)).status, `${method} ${path}`).toBe(401)
    }
    expect(asked).toEqual([])
  })

  test('is not opened by the token of the webhook, nor by a password', async () => {
    const { app } = apiUnderTest()
    const authorization = `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}`
    expect((await app.request('/api/v1/incidents', { headers: { authorization } })).status).toBe(401)
  })

  test('needs no token on the loopback interface when none is set, but a loopback name', async () => {
    const { app } = apiUnderTest(undefined, null)
    expect((await app.request('http://localhost:8080/api/v1/incidents')).status).toBe(200)
    expect((await app.request('http://evil.example.com/api/v1/incidents')).status).toBe(401)
  })

  test('forbids keeping, framing and sniffing of its answers', async () => {
    const { headers } = await apiUnderTest().get('/incidents')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each(['/handlers', '/policies', '/breakers', '/kill-switch'])('answers GET %s', async (path) => {
    const response = await apiUnderTest().get(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
  })

  test('answers a method that a route does not have, and a route that is not there, by 404', async () => {
    const { get, post } = apiUnderTest()
    expect((await get('/runs')).status).toBe(404)
    expect((await post('/incidents', {})).status).toBe(404)
  })
})

describe('the description of the API', () => {
  test('says of every route that it needs the token, and what a refusal looks like', async () => {
    const { paths } = await documentOf()
    for (const [path, methods] of Object.entries(paths).filter(([path]) => path.startsWith('/api/'))) {
      for (const [method, route] of Object.entries(methods)) {
        expect(route.security, `${method} ${path}`).toEqual([{ apiToken: [] }])
        expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(['200', '401', '422', '503']))
      }
    }
  })

  test('has every schema that it refers to, and tells times as such', async () => {
    const document = await documentOf()
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] as string,
    )
    expect(referred.length).toBeGreaterThan(10)
    expect(referred.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([])
    expect(document.components.schemas.Incident?.properties?.openedAt).toMatchObject({
      type: 'string',
      format: 'date-time',
    })
  })
})
