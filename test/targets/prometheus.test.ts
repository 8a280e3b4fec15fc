import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { prometheusTarget } from '../../src/targets/prometheus.ts'

type Answer = { status?: number; body: unknown; headers?: Record<string, string> }
type Asked = { method: string; path: string; authorization: string | undefined; form: Record<string, string> }

/** A server that speaks Prometheus' HTTP API as far as the test tells it to; the real one is asked in test/e2e. */
async function fake(answer: Answer | null, path = '') {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    asked.push(await read(request))
    if (answer === null) return // never answers
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => shut(server))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, asked }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = '', url: path = '', headers } = request
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
  return { method, path, authorization: headers.authorization, form }
}

function shut(server: Server): void {
  server.closeAllConnections()
  server.close()
}

const success = (resultType: string, result: unknown, more = {}) => ({
  body: { status: 'success', data: { resultType, result }, ...more },
})
const vector = (...values: string[]) =>
  success(
    'vector',
    values.map((value, at) => ({ metric: { instance: `i${at}` }, value: [1700000000, value] })),
  )

const query = async (answer: Answer | null, timeoutMs = 5000) =>
  prometheusTarget('metrics', { url: (await fake(answer)).url }, timeoutMs).query('up')

describe('the client of a Prometheus target', () => {
  test('posts the query as a form to the query API below its base URL', async () => {
    const { url, asked } = await fake(vector('1'), '/prometheus/')
    await prometheusTarget('metrics', { url }).query('up{job="a&b=c"} == 1')
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/prometheus/api/v1/query',
        form: { query: 'up{job="a&b=c"} == 1' },
        authorization: undefined,
      },
    ])
  })

  test('lets itself in with a bearer token, or with the user and password of the URL', async () => {
    const { url, asked } = await fake(vector('1'))
    await prometheusTarget('metrics', { url, bearer: 't0ken' }).query('up')
    await prometheusTarget('metrics', { url: url.replace('http://', 'http://jo:p%40ss@') }).query('up')
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer t0ken',
      `Basic ${Buffer.from('jo:p@ss').toString('base64')}`,
    ])
  })

  test('gives back the samples of a vector with their labels', async () => {
    expect(await query(vector('1', '0.25', '+Inf', '-Inf'))).toEqual([
      { labels: { instance: 'i0' }, value: 1 },
      { labels: { instance: 'i1' }, value: 0.25 },
      { labels: { instance: 'i2' }, value: Number.POSITIVE_INFINITY },
      { labels: { instance: 'i3' }, value: Number.NEGATIVE_INFINITY },
    ])
  })

  test('gives back a scalar as one sample without labels', async () => {
    expect(await query(success('scalar', [1700000000, '42']))).toEqual([{ labels: {}, value: 42 }])
  })

  test('NaN is not evidence', async () => {
    expect(await query(vector('NaN'))).toEqual([])
    expect(await query(success('scalar', [1700000000, 'NaN']))).toEqual([])
  })

  test('an empty vector is an answer: nothing', async () => {
    expect(await query(vector())).toEqual([])
  })

  test.each([
    ['a matrix', success('matrix', []), 'bad-parameter', /gives a matrix/],
    ['a string', success('string', [1, 'x']), 'bad-parameter', /gives a string/],
    ['native histograms', success('vector', [{ metric: {}, histogram: [1, {}] }]), 'bad-parameter', /not a vector/],
    [
      'a query that does not parse',
      { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error' } },
      'bad-parameter',
      /parse error/,
    ],
    [
      'a query that took too long there',
      { status: 503, body: { status: 'error', errorType: 'timeout', error: 'query timed out' } },
      'timeout',
      /timed out/,
    ],
    ['a server that is starting', { status: 503, body: 'Service Unavailable' }, 'target-unavailable', /HTTP 503/],
    [
      'half an answer',
      success('vector', [], { warnings: ['remote read failed'] }),
      'target-unavailable',
      /remote read failed/,
    ],
    ['a closed door', { status: 401, body: 'no' }, 'target-misconfigured', /does not let us in/],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'target-misconfigured',
      /redirects/,
    ],
    ['another service', { status: 200, body: '<html>' }, 'target-misconfigured', /not an answer of Prometheus/],
  ] as const)('%s is refused with a code', async (_, answer, code, message) => {
    await expect(query(answer as Answer)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('nobody there is unavailable, and no error quotes the password', async () => {
    const said = await prometheusTarget('metrics', { url: 'http://jo:hunter2@127.0.0.1:1' })
      .query('up')
      .catch((error: unknown) => error)
    expect(said).toMatchObject({
      code: 'target-unavailable',
      message: expect.stringContaining('target metrics (127.0.0.1:1)'),
    })
    expect(String((said as Error).stack) + String((said as Error).cause)).not.toContain('hunter2')
  })

  test('no answer within the time limit is a timeout', async () => {
    await expect(query(null, 50)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('within 50 ms'),
    })
  })

  test('an aborted query ends with the signal’s own reason', async () => {
    const { url, asked } = await fake(null)
    const abort = new AbortController()
    const asking = prometheusTarget('metrics', { url }).query('up', abort.signal)
    await expect.poll(() => asked.length).toBe(1)
    abort.abort(new Error('the run was stopped'))
    await expect(asking).rejects.toThrow('the run was stopped')
  })
})
