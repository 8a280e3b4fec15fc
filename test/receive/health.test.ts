import { describe, expect, test } from 'vitest'
import { NightshiftError } from '../../src/domain/errors.ts'
import type { HealthDeps } from '../../src/receive/health.ts'
import { receiverUnderTest } from './receiver-under-test.ts'

const fine = async () => {}
const healthOf = (health: Partial<HealthDeps>) =>
  receiverUnderTest({ health: { live: {}, ready: {}, startup: {}, ...health } }).app

describe('health', () => {
  test('is 200 with one entry per dependency when all answer', async () => {
    const response = await healthOf({ ready: { ledger: fine, queue: fine } }).request('/health/ready')
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ status: 'ok', checks: { ledger: { ok: true }, queue: { ok: true } } })
  })

  test('is 503 with a code and no message when one does not', async () => {
    const app = healthOf({
      ready: {
        ledger: async () => {
          throw new NightshiftError('ledger-unavailable', 'postgres://user:hunter2@db is gone')
        },
        policies: () => {
          throw new TypeError('hunter2')
        },
        queue: fine,
      },
    })
    const response = await app.request('/health/ready')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'failing',
      checks: {
        ledger: { ok: false, code: 'ledger-unavailable' },
        policies: { ok: false, code: 'error' },
        queue: { ok: true },
      },
    })
  })

  test('does not wait for a dependency that hangs', async () => {
    const app = healthOf({ startup: { ledger: () => new Promise(() => {}) }, limitMs: 1 })
    const response = await app.request('/health/startup')
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'failing', checks: { ledger: { ok: false, code: 'timeout' } } })
  })

  test('of one kind does not ask the dependencies of another', async () => {
    const broken = async () => {
      throw new Error('down')
    }
    const app = healthOf({ ready: { ledger: broken }, startup: { ledger: broken } })
    expect((await app.request('/health/live')).status).toBe(200)
  })

  test('asks each dependency once for all probes that come meanwhile, and anew afterwards', async () => {
    let asked = 0
    const app = healthOf({
      ready: {
        ledger: async () => {
          asked += 1
        },
      },
    })
    await Promise.all([1, 2, 3].map(() => app.request('/health/ready')))
    expect(asked).toBe(1)
    await app.request('/health/ready')
    expect(asked).toBe(2)
  })
})
