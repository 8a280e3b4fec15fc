import { describe, expect, test } from 'vitest'
import { apiUnderTest } from './api-under-test.ts'

type Page = { items: { id?: number; remediation?: number }[]; next: string | null }

describe.each(['/incidents', '/remediations', '/approvals'])('GET %s', (path) => {
  const read = async (query: string): Promise<Page> =>
    (await apiUnderTest().get(`${path}${query}`)).json() as Promise<Page>
  const idsOf = (page: Page) => page.items.map((item) => item.remediation ?? item.id)

  test(`leads through all of ${path}, page by page, each once`, async () => {
    const first = await read('?limit=2')
    const second = await read(`?limit=2&cursor=${first.next}`)
    const third = await read(`?limit=2&cursor=${second.next}`)
    expect([first, second, third].map(idsOf)).toEqual([[5, 4], [3, 2], [1]])
    expect(third.next).toBeNull()
  })

  test(`says of ${path} that nothing follows when the last page is full`, async () => {
    expect((await read('?limit=5')).next).toBeNull()
  })

  test.each([
    ['?limit=0', 'query.limit'],
    ['?limit=201', 'query.limit'],
    ['?limit=x', 'query.limit'],
    ['?cursor=', 'query.cursor'],
    ['?cursor=5', 'query.cursor'],
    [`?cursor=${Buffer.from('-1').toString('base64url')}`, 'query.cursor'],
    [`?cursor=${Buffer.from('1; drop table incident').toString('base64url')}`, 'query.cursor'],
    ['?sytem=fluxbase', 'query'],
  ])(`refuses ${path}%s and names %s`, async (query, field) => {
    const response = await apiUnderTest().get(`${path}${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'bad-parameter', field } })
  })
})

describe('filters', () => {
  const NONE = { system: null, state: null, severity: null, since: null, until: null }

  test.each([
    ['/incidents', 'open', NONE],
    ['/remediations', 'awaiting_approval', NONE],
  ])('of GET %s reach the read model, decoded', async (path, state, none) => {
    const { get, asked } = apiUnderTest()
    await get(path)
    await get(
      `${path}?system=fluxbase&state=${state}&severity=P1&since=2026-03-02T04:00:00%2B01:00&until=2026-03-03T00:00:00Z`,
    )
    expect(asked.map((one) => one.with)).toEqual([
      none,
      {
        system: 'fluxbase',
        state,
        severity: 'P1',
        since: new Date('2026-03-02T03:00:00Z'),
        until: new Date('2026-03-03T00:00:00Z'),
      },
    ])
  })

  test.each([
    ['/incidents?state=running', 'query.state'],
    ['/remediations?state=open', 'query.state'],
    ['/incidents?severity=P9', 'query.severity'],
    ['/incidents?since=yesterday', 'query.since'],
    ['/incidents?until=2026-02-30T00:00:00Z', 'query.until'],
    ['/incidents?system=', 'query.system'],
  ])('that are none are refused: %s names %s', async (path, field) => {
    const response = await apiUnderTest().get(path)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'bad-parameter', field } })
  })
})

describe.each(['/incidents', '/remediations'])('GET %s/{id}', (path) => {
  test(`shows one of ${path}, times in ISO 8601`, async () => {
    const response = await apiUnderTest().get(`${path}/7`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      id: 7,
      [path === '/incidents' ? 'openedAt' : 'createdAt']: '2026-03-02T03:00:00.000Z',
    })
  })

  test(`says that there is no other of ${path}`, async () => {
    const response = await apiUnderTest().get(`${path}/8`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'not-found' } })
  })

  test.each(['0', '-1', '1.5', '1e3', 'abc', '99999999999999999999', '7;'])(
    `does not take %s for an id of ${path}`,
    async (id) => {
      expect((await apiUnderTest().get(`${path}/${id}`)).status).toBe(422)
    },
  )
})
