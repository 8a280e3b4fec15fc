import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { removeSilences, silence } from '../../src/flow/silence.ts'
import { fingerprintOf } from '../../src/receive/fingerprint.ts'
import { alertmanagerClient } from '../../src/targets/alertmanager.ts'
import { openStory } from '../flow/story.ts'
import { describeWith } from '../support/real-servers.ts'
import { startRecordedAlertmanager } from './real-alertmanager.ts'

/** A label value that would break out of a matcher, a URL or a JSON body that is put together by hand. */
const HOSTILE = 'a"b\\c\n{}&x=1#é'

const SOON = { timeout: 20_000, interval: 100 }

async function firing(url: string, labels: Record<string, string>): Promise<void> {
  const alerts = [{ labels, startsAt: new Date(), endsAt: new Date(Date.now() + 600_000) }]
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  })
  expect(answer.status).toBe(200)
}

describeWith(['alertmanager'], 'silences at a real Alertmanager', () => {
  test('are made for exactly one alert, in the name of who asked, and taken away when the incident closes', async () => {
    const { url } = await startRecordedAlertmanager(() => 'http://127.0.0.1:1')
    const story = await openStory()
    onTestFinished(story.close)
    // Alertmanager lives in real time; the story's clock must not make its silences end before they begin.
    story.clock.set(new Date())
    const client = alertmanagerClient(url, story.clock.now)
    const labels = { alertname: 'Ill', part: HOSTILE, id: randomUUID() }
    const other = { ...labels, part: 'other' }
    const stateOf = (of: Record<string, string>) => client.stateOf(fingerprintOf(of), 'Ill')
    await firing(url, labels)
    await firing(url, other)
    await vi.waitFor(async () => expect(await stateOf(labels)).toBe('active'), SOON)
    await story.deliver(labels)

    const deps = { ...story.deps, alertmanager: client, log: silentLog }
    expect(await silence(deps, 1, 'alice', 3_600_000)).toEqual({ ok: true, state: 'silenced' })
    await vi.waitFor(async () => expect(await stateOf(labels)).toBe('suppressed'), SOON)
    expect(await stateOf(other)).toBe('active')
    const silences = async () =>
      (await (await fetch(`${url}/api/v2/silences`)).json()) as { status: { state: string } }[]
    expect(await silences()).toMatchObject([
      { createdBy: 'alice', comment: 'Nightshift incident 1', status: { state: 'active' } },
    ])

    await removeSilences(deps)
    expect((await silences()).map(({ status }) => status.state)).toEqual(['active'])
    await story.deliver(labels, { status: 'resolved', endsAt: story.clock.advance('1s') })
    await removeSilences(deps)
    expect((await silences()).map(({ status }) => status.state)).toEqual(['expired'])
    expect(await story.kinds()).toEqual(expect.arrayContaining(['silence.created', 'silence.removed']))
    await removeSilences(deps)
    expect((await story.kinds()).filter((kind) => kind === 'silence.removed')).toHaveLength(1)
  })

  test('are refused for what is over, for too long, and where there is no Alertmanager', async () => {
    const story = await openStory()
    onTestFinished(story.close)
    const away = alertmanagerClient('http://127.0.0.1:1', story.clock.now)
    const deps = { ...story.deps, alertmanager: away, log: silentLog }
    expect(await silence(deps, 1, 'alice', 3_600_000)).toMatchObject({ ok: false, state: 'closed' })
    await story.deliver({ alertname: 'Ill' })
    expect(await silence(deps, 1, 'alice', 90_000_000)).toMatchObject({ ok: false, code: 'bad-parameter' })
    expect(await silence({ ...deps, alertmanager: null }, 1, 'alice', 60_000)).toMatchObject({ ok: false })
    expect(await silence(deps, 1, 'alice', 60_000)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^Alertmanager: /),
    })
    await expect(away.stateOf('f', 'Ill')).rejects.toMatchObject({ code: 'target-unavailable' })
  })
})
