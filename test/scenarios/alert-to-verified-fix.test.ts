import { afterEach, expect, it } from 'vitest'
import { type Service, startService } from './service.ts'

let service: Service
afterEach(() => service.close())

it('an alert ends in a verified fix, and the whole story stands in the ledger', async () => {
  service = await startService()
  await service.forgetTransaction()
  expect(await service.notify({ alertname: 'ForgottenTransactions' })).toMatchObject({
    status: 202,
    body: { alerts: 1 },
  })
  await service.until(async () =>
    expect((await service.get('/api/v1/remediations')).body.items).toMatchObject([{ state: 'succeeded' }]),
  )
  await service.notify({ alertname: 'ForgottenTransactions' }, 'resolved')
  await service.until(async () =>
    expect((await service.get('/api/v1/incidents?state=closed')).body.items).toHaveLength(1),
  )
  const { body } = await service.get('/api/v1/incidents/1')
  expect(body.entries.map(({ kind }: { kind: string }) => kind)).toEqual([
    'incident.opened',
    'decision.made',
    'remediation.moved',
    'diagnosis.attached',
    'plan.made',
    'remediation.moved',
    'run.started',
    'remediation.moved',
    'run.ended',
    'remediation.moved',
    'verification.checked',
    'escalation.held',
    'incident.closed',
    'escalation.resolved',
  ])
  expect(body.remediations[0].plan).toHaveLength(1)
  expect((await service.get('/api/v1/remediations/1')).body).toMatchObject({
    runs: [{ number: 1, outcome: 'done' }],
    findings: [{ handler: 'postgres/connections-by-state' }],
    approval: null,
  })
  expect((await service.audit()).breaches).toEqual([])
})

it('a step that needs a yes waits for it, and the yes counts only for what was shown', async () => {
  service = await startService({ NIGHTSHIFT_API_TOKEN: 'api', NIGHTSHIFT_WEBHOOK_TOKEN: 'api' })
  await service.forgetTransaction()
  await service.notify({ alertname: 'SlowStatements' })
  await service.until(async () => expect((await service.get('/api/v1/approvals')).body.items).toHaveLength(1))
  const { digest, remediation } = (await service.get('/api/v1/approvals')).body.items[0]
  const approve = (body: object) => service.post(`/api/v1/remediations/${remediation}/approve`, body)
  expect(await approve({ by: 'mallory' })).toMatchObject({ status: 403 })
  expect(await approve({ by: 'alice', digest: 'of something else' })).toMatchObject({ status: 409 })
  expect(await approve({ by: 'alice', digest })).toMatchObject({ status: 200, body: { state: 'queued' } })
  expect(await approve({ by: 'bob', digest })).toMatchObject({ status: 409 })
  await service.until(async () =>
    expect((await service.get(`/api/v1/remediations/${remediation}`)).body).toMatchObject({
      state: 'succeeded',
      runs: [{ number: 1 }],
    }),
  )
  expect((await service.audit()).breaches).toEqual([])
})

it('answers no API call without the token', async () => {
  service = await startService({ NIGHTSHIFT_API_TOKEN: 'secret', NIGHTSHIFT_WEBHOOK_TOKEN: 'other' })
  for (const path of ['/api/v1/incidents', '/api/v1/kill-switch', '/api/v1/policies']) {
    expect((await fetch(`${service.baseUrl}${path}`)).status).toBe(401)
    expect((await fetch(`${service.baseUrl}${path}`, { headers: { authorization: 'Bearer other' } })).status).toBe(401)
  }
  expect((await service.get('/api/v1/incidents')).status).toBe(200)
})

it('pages through what it shows, and narrows it', async () => {
  service = await startService()
  for (let part = 0; part < 5; part++)
    await service.notify({ alertname: 'Unheard', part: String(part), severity: part === 0 ? 'critical' : 'info' })
  await service.until(async () => expect((await service.get('/api/v1/incidents')).body.items).toHaveLength(5))
  const first = (await service.get('/api/v1/incidents?limit=3')).body
  const second = (await service.get(`/api/v1/incidents?limit=3&cursor=${first.next}`)).body
  expect([...first.items, ...second.items].map(({ id }: { id: number }) => id)).toEqual([5, 4, 3, 2, 1])
  expect(second.next).toBeNull()
  expect((await service.get('/api/v1/incidents?severity=P1')).body.items).toHaveLength(1)
  expect((await service.get('/api/v1/incidents?since=2100-01-01T00:00:00Z')).body.items).toEqual([])
})
