import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { command } from '../../src/cli/explain.ts'
import type { Explanation } from '../../src/policy/explain.ts'
import { run } from './io.ts'

const LABELS = { alertname: 'FluxbaseDbConnectionsSaturated', system: 'fluxbase' }
const ALERT = { status: 'firing', labels: LABELS, annotations: {}, startsAt: '2026-03-02T03:00:00Z' }
const BODY = { version: '4', groupKey: '{}', status: 'firing', alerts: [ALERT, { ...ALERT, status: 'resolved' }] }

const explainInput = (input: unknown, ...args: string[]) =>
  run(command, ['--alert', '-', ...args], { input: typeof input === 'string' ? input : JSON.stringify(input) })

describe('nightshift explain', () => {
  it.each([
    ['the labels', LABELS],
    ['one alert', ALERT],
    ['a whole webhook body', BODY],
  ])('takes %s', async (_, input) => {
    const { code, out } = await explainInput(input)

    expect(code).toBe(0)
    expect(out).toContain('rule      database-connections-saturated of fluxbase (policies/fluxbase.yaml:')
    expect(out).toContain('decision  act, allowed')
  })

  it('explains every alert of a body, and says of a resolved one what it does', async () => {
    const { out } = await explainInput(BODY)

    expect(out.match(/^decision/gm)).toHaveLength(2)
    expect(out.match(/^status {4}resolved: it closes its incident/gm)).toHaveLength(1)
  })

  it('says where its guards have their facts from', async () => {
    expect((await explainInput(LABELS)).out).toContain('as if nothing had happened before')
  })

  it('gives the explanations as JSON', async () => {
    const { out } = await explainInput(LABELS, '--json')

    const [only] = JSON.parse(out) as Explanation[]
    expect(only).toMatchObject({ rule: { name: 'database-connections-saturated' }, decision: { outcome: 'act' } })
  })

  it('decides in shadow when the service would', async () => {
    const { out } = await run(command, ['--alert', '-'], {
      input: JSON.stringify(LABELS),
      env: { NIGHTSHIFT_MODE: 'shadow' },
    })

    expect(out).toContain('decision  hand-over, shadow')
  })

  it('reads the alert from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-explain-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'alert.json'), JSON.stringify(ALERT))

    expect((await run(command, ['--alert', join(folder, 'alert.json')])).code).toBe(0)
  })

  it.each([
    ['nothing', '', 'is not JSON'],
    ['half an object', '{"labels":', 'is not JSON'],
    ['a list', [LABELS], 'holds no alert'],
    ['null', null, 'holds no alert'],
    ['no labels', {}, 'no labels'],
    ['labels that are no text', { alertname: 5 }, 'alertname: '],
    ['a body without alerts', { alerts: [] }, 'alerts: '],
    ['an alert in a body without labels', { alerts: [{ status: 'firing' }] }, 'alerts.0.labels: '],
  ])('%s is a wrong call: 2 and why', async (_, input, reason) => {
    const { code, out, err } = await explainInput(input)

    expect(code).toBe(2)
    expect(err).toContain(reason)
    expect(out).toBe('')
  })

  it.each([[[]], [['--alert', '/nowhere/alert.json']], [['--alert', '-', 'more']]])(
    '%j is a wrong call',
    async (args) => {
      expect((await run(command, args, { input: JSON.stringify(LABELS) })).code).toBe(2)
    },
  )

  it('explains nothing from policies that are wrong, and prints their problems', async () => {
    const { code, err } = await explainInput(LABELS, '--policies', '/nowhere')

    expect(code).toBe(1)
    expect(err).toContain('no such folder')
  })
})
