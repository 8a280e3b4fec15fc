import { describe, expect, test } from 'vitest'
import type { CommandResult } from '../../../src/receive/api/command.ts'
import { apiUnderTest } from './api-under-test.ts'

const by = 'ada'

describe('commands', () => {
  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['/incidents/7/acknowledge', { by }, 'acknowledge', { incident: 7, by }],
    ['/incidents/7/resolve', { by }, 'resolve', { incident: 7, by, reason: '' }],
    ['/remediations/7/approve', { by }, 'approve', { remediation: 7, by, digest: null }],
    ['/remediations/7/approve', { by, digest: 'd' }, 'approve', { remediation: 7, by, digest: 'd' }],
    ['/remediations/7/deny', { by, reason: 'no' }, 'deny', { remediation: 7, by, reason: 'no' }],
    ['/remediations/7/cancel', { by }, 'cancel', { remediation: 7, by, reason: '' }],
    ['/kill-switch', { on: true, by, reason: 'r' }, 'setKillSwitch', { on: true, by, reason: 'r' }],
    [
      `/breakers/${encodeURIComponent('postgres/end-it @ fluxbase/db')}/reset`,
      { by },
      'resetBreaker',
      { name: 'postgres/end-it @ fluxbase/db', by },
    ],
  ])('POST %s with %j asks to %s', async (path, body, what, command) => {
    const { post, asked } = apiUnderTest()
    const response = await post(path, body)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ state: 'queued' })
    expect(asked).toEqual([{ what, with: command }])
  })

  const results: [CommandResult, number][] = [
    [{ ok: false, code: 'conflict', message: 'it is running', state: 'running' }, 409],
    [{ ok: false, code: 'forbidden', message: 'ada may not' }, 403],
    [{ ok: false, code: 'not-found', message: 'there is none' }, 404],
    [{ ok: false, code: 'bad-parameter', message: 'not a target' }, 422],
  ]
  test.each(results)('that end in %j are answered by %i with the state that stands', async (result, status) => {
    const response = await apiUnderTest(result).post('/remediations/7/approve', { by })
    expect(response.status).toBe(status)
    const { ok: _ok, ...error } = result as CommandResult & { ok: false }
    expect(await response.json()).toEqual({ error })
  })

  test.each<[unknown, string]>([
    [{}, 'json.by'],
    [{ by: '' }, 'json.by'],
    [{ by: 'a\nb' }, 'json.by'],
    [{ by: 'x'.repeat(201) }, 'json.by'],
    [{ by: 'a\0' }, 'json.by'],
    [{ by: '\ud800' }, 'json.by'],
    [{ by, reason: 'a\0' }, 'json.reason'],
    [{ by, reason: '\ud800' }, 'json.reason'],
    [{ by: 7 }, 'json.by'],
    [{ by, reason: 'x'.repeat(1001) }, 'json.reason'],
    [{ by, resaon: 'typo' }, 'json'],
    [[], 'json'],
    [null, 'json'],
  ])('with the body %j are refused, and %s is named', async (body, field) => {
    const { post, asked } = apiUnderTest()
    const response = await post('/remediations/7/deny', body)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'bad-parameter', field } })
    expect(asked).toEqual([])
  })

  test('do nothing for what a web page can send without leave: forms and plain text', async () => {
    const { post, asked } = apiUnderTest(undefined, null)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await post('/kill-switch', { on: true, by }, { 'content-type': type })
      expect(response.status).toBe(415)
      expect(await response.json()).toMatchObject({ error: { code: 'wrong-content-type' } })
    }
    expect(asked).toEqual([])
  })

  test('with a broken body are refused without a quote from it', async () => {
    const response = await apiUnderTest().post('/kill-switch', '{"hunter2')
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('hunter2')
  })

  test('with an endless body are refused', async () => {
    const response = await apiUnderTest().post('/kill-switch', { on: true, by, reason: 'x'.repeat(70_000) })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { code: 'too-large' } })
  })
})

describe('POST /runs', () => {
  const wish = { handler: 'postgres/end-it', target: 'fluxbase/db', params: { atMost: 1 }, by }

  test('asks for a run at a target of a system, and tells its remediation', async () => {
    const { post, asked } = apiUnderTest({ ok: true, state: 'proposed', remediation: 9, plan: null })
    const response = await post('/runs', wish)
    expect(await response.json()).toEqual({ state: 'proposed', remediation: 9, plan: null })
    expect(asked).toEqual([{ what: 'run', with: { ...wish, system: 'fluxbase', target: 'db', dryRun: false } }])
  })

  test('tells what would be done, for a dry run', async () => {
    const { post } = apiUnderTest({ ok: true, state: 'dry-run', remediation: null, plan: ['end session 4711'] })
    expect(await (await post('/runs', { ...wish, dryRun: true })).json()).toEqual({
      state: 'dry-run',
      remediation: null,
      plan: ['end session 4711'],
    })
  })

  test.each<[string, unknown]>([
    ['NUL', { name: 'a\0b' }],
    ['NUL in a name', { 'a\0b': 1 }],
    ['half a surrogate pair, inside', { list: [{ name: '\udc00' }] }],
    ['a thousand levels', JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)],
  ])('does not take parameters with %s', async (_what, params) => {
    const response = await apiUnderTest().post('/runs', { ...wish, params })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { field: 'json.params' } })
  })

  test.each(['db', 'fluxbase/', '/db', 'a/b/c', 'flux base/db', ''])(
    'does not take %j for a target',
    async (target) => {
      const response = await apiUnderTest().post('/runs', { ...wish, target })
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ error: { field: 'json.target' } })
    },
  )
})
