import { afterEach, expect, it } from 'vitest'
import { notification, type Service, startService } from './service.ts'

let service: Service
afterEach(() => service.close())

it('a receiver takes notifications and leaves them to the workers', async () => {
  service = await startService({ NIGHTSHIFT_ROLE: 'receiver' })
  expect(await service.notify({ alertname: 'Unheard' })).toMatchObject({ status: 202 })
  expect((await service.get('/api/v1/incidents')).body.items).toEqual([])
  const { rows } = await service.db.query('select 1 from notification where decided_at is null')
  expect(rows).toHaveLength(1)
})

it('a worker answers for its health and its metrics, and takes nothing', async () => {
  service = await startService({ NIGHTSHIFT_ROLE: 'worker' })
  expect((await service.get('/health/ready')).status).toBe(200)
  expect((await fetch(`${service.baseUrl}/metrics`)).status).toBe(200)
  expect(
    (await service.call('POST', '/webhooks/alertmanager', notification({ alertname: 'X' }, 'firing'))).status,
  ).toBe(404)
  expect((await service.get('/api/v1/incidents')).status).toBe(404)
})
