import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApproveDeps, approve, cancel, deny } from '../../src/flow/approve.ts'
import { acknowledge, requestRun, resetBreaker, resolve, setKillSwitch } from '../../src/flow/command.ts'
import { audit } from '../../src/ledger/audit.ts'
import { openStory, type Story } from './story.ts'

let story: Story
const deps = (): ApproveDeps => ({ ...story.deps })
afterEach(() => story.close())

async function waiting(mode: 'approve' | 'approve-two' = 'approve'): Promise<void> {
  story = await openStory({ steps: [{ mode }, {}] })
  await story.deliver({ alertname: 'Ill' })
}

describe('an approval', () => {
  beforeEach(() => waiting())

  it('runs the step, once', async () => {
    expect(await story.states()).toEqual(['awaiting_approval'])
    expect(await approve(deps(), 1, 'alice')).toEqual({ ok: true, state: 'queued' })
    await story.settle()
    expect(await story.states()).toEqual(['succeeded'])
    expect(story.world.runs).toBe(1)
  })

  it('is taken once from fifty clicks at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => approve(deps(), 1, 'alice')))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(
      answers.filter((answer) => !answer.ok).every((answer) => 'code' in answer && answer.code === 'conflict'),
    ).toBe(true)
    await story.settle()
    expect(story.world.runs).toBe(1)
  })

  it.each([
    ['a stranger', 'mallory', 'forbidden'],
    ['an approver of another system', 'carol', 'forbidden'],
    ['a name that is only a prototype', '__proto__', 'forbidden'],
    ['a group that says it is a person', '@nobody', 'forbidden'],
  ])('is refused from %s', async (_who, by, code) => {
    expect(await approve(deps(), 1, by)).toMatchObject({ ok: false, code })
    await story.settle()
    expect(story.world.runs).toBe(0)
  })

  it('comes too late after the time to decide', async () => {
    story.clock.advance('10m')
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict' })
  })

  it('is void when the policies changed since it was shown', async () => {
    story.reload()
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict', state: 'cancelled' })
    await story.settle()
    expect(await story.states()).toEqual(['cancelled', 'awaiting_approval'])
    expect(await approve(deps(), 2, 'alice')).toMatchObject({ ok: true })
    await story.settle()
    expect(story.world.runs).toBe(1)
  })

  it('is void when the policies changed between the yes and the run', async () => {
    await approve(deps(), 1, 'alice')
    story.reload()
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await story.states()).toEqual(['cancelled', 'awaiting_approval'])
  })

  it('is void when the plan changed before the run, and the new plan is proposed', async () => {
    await approve(deps(), 1, 'alice')
    story.world.items = ['session 1', 'session 2']
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await story.states()).toEqual(['cancelled', 'awaiting_approval'])
    await approve(deps(), 2, 'alice')
    await story.settle()
    expect(story.world.runs).toBe(1)
  })

  it('still counts when there is less to do than was shown', async () => {
    await story.deliver({ alertname: 'Ill' }, { status: 'resolved', endsAt: story.clock.now() })
    story.clock.advance('20m')
    story.world.items = ['session 1', 'session 2', 'session 3']
    await story.deliver({ alertname: 'Ill' })
    await approve(deps(), 2, 'alice')
    story.world.items = ['session 2']
    await story.settle()
    expect(story.world.runs).toBe(1)
  })

  it('starts nothing when nothing is left to do', async () => {
    await approve(deps(), 1, 'alice')
    story.world.items = []
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect((await story.reasons())[0]).toBe('nothing-to-do')
  })

  it('is void when the alert was silenced meanwhile', async () => {
    await approve(deps(), 1, 'alice')
    story.world.alertState = 'suppressed'
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await story.reasons()).toEqual(['silenced'])
  })

  it('is void when its target is gone or called otherwise', async () => {
    story.reload((before) => ({ ...before, policies: before.policies.map((policy) => ({ ...policy, targets: {} })) }))
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict' })
    await story.settle()
    await story.sweep()
    expect(story.world.runs).toBe(0)
    expect(story.pages).toMatchObject([{ reason: expect.stringContaining('unknown-target') }])
  })

  it('that does not count is on record, with who and why', async () => {
    await approve(deps(), 1, 'mallory')
    await approve(deps(), 1, 'alice')
    await approve(deps(), 1, 'bob')
    const { rows } = await story.db.query(
      "select payload->'actor'->>'name' as who, payload->'data'->>'why' as why from entry where kind = 'approval.refused' order by position",
    )
    expect(rows).toEqual([
      { who: 'mallory', why: 'mallory is not among the approvers of this rule' },
      { who: 'bob', why: 'remediation 1 does not wait for a decision: it is queued (alice approved it)' },
    ])
  })

  it('is void when the alert resolved', async () => {
    await story.deliver({ alertname: 'Ill' }, { status: 'resolved', endsAt: story.clock.now() })
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict', state: 'cancelled' })
  })

  it('does not start a run while the kill switch is on, and a person is told', async () => {
    await approve(deps(), 1, 'alice')
    await setKillSwitch(deps(), true, 'bob', 'storm')
    await story.settle()
    await story.sweep()
    expect(story.world.runs).toBe(0)
    expect(story.pages).toHaveLength(1)
  })

  it('is not what an acknowledgement is: that stops the climb and approves nothing', async () => {
    expect(await acknowledge(deps(), 1, 'alice')).toMatchObject({ ok: true })
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await acknowledge(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict' })
  })

  it('denied: the next step follows', async () => {
    expect(await deny(deps(), 1, 'bob', 'not now')).toEqual({ ok: true, state: 'denied' })
    await story.settle()
    expect(await story.states()).toEqual(['denied', 'succeeded'])
  })

  it('of nothing that exists is not found', async () => {
    expect(await approve(deps(), 99, 'alice')).toMatchObject({ ok: false, code: 'not-found' })
  })
})

describe('a step that two must approve', () => {
  beforeEach(() => waiting('approve-two'))

  it('waits for a second, different person', async () => {
    expect(await approve(deps(), 1, 'alice')).toEqual({ ok: true, state: 'awaiting_approval' })
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'conflict' })
    await story.settle()
    expect(story.world.runs).toBe(0)
    expect(await approve(deps(), 1, 'bob')).toEqual({ ok: true, state: 'queued' })
    await story.settle()
    expect(story.world.runs).toBe(1)
  })

  it('does not run when something else queued it without them', async () => {
    await approve(deps(), 1, 'alice')
    await story.db.query("update remediation set state = 'queued'")
    await story.ledger.wakeRemediation(1, 'queued', story.clock.now())
    await story.settle()
    expect(story.world.runs).toBe(1)
    expect((await story.reasons())[0]).toBe('not-approved')
  })
})

describe('a run by hand', () => {
  const call = { handler: 'test/fix', target: 'db', params: {} }

  it('needs somebody else, and its author cannot approve it', async () => {
    story = await openStory()
    expect(await requestRun(deps(), 'shop', call, 'alice')).toMatchObject({ ok: true, remediation: 1 })
    await story.settle()
    expect(await approve(deps(), 1, 'alice')).toMatchObject({ ok: false, code: 'forbidden' })
    expect(await approve(deps(), 1, 'bob')).toMatchObject({ ok: true })
    await story.settle()
    expect(await story.states()).toEqual(['succeeded'])
    expect((await audit(story.db, story.clock.advance('1h'))).breaches).toEqual([])
  })

  it('is refused for somebody who is not known', async () => {
    story = await openStory()
    expect(await requestRun(deps(), 'shop', call, 'alice2')).toMatchObject({ ok: false, code: 'forbidden' })
  })

  it('asks the same guards', async () => {
    story = await openStory()
    await setKillSwitch(deps(), true, 'alice', 'test')
    expect(await requestRun(deps(), 'shop', call, 'alice')).toMatchObject({
      ok: false,
      code: 'conflict',
      state: 'kill-switch',
    })
  })

  it.each([
    ['an unknown system', 'nosuch', call, 'not-found'],
    ['a target that is not registered', 'shop', { ...call, target: 'prod' }, 'bad-parameter'],
    ['a target named like a prototype', 'shop', { ...call, target: 'constructor' }, 'bad-parameter'],
  ])('is refused for %s', async (_title, system, wanted, code) => {
    story = await openStory()
    expect(await requestRun(deps(), system, wanted, 'alice')).toMatchObject({ ok: false, code })
  })
})

describe('other commands', () => {
  it('resolve an incident by hand, and withdraw what waited', async () => {
    await waiting()
    expect(await resolve(deps(), 1, 'alice', 'it was a test')).toMatchObject({ ok: true })
    expect(await story.states()).toEqual(['cancelled'])
    expect(await resolve(deps(), 1, 'alice', 'again')).toMatchObject({ ok: false, code: 'conflict' })
  })

  it('cancel what has not started, and go on with the ladder', async () => {
    await waiting()
    expect(await cancel(deps(), 1, 'alice', 'wrong step')).toMatchObject({ ok: true })
    await story.settle()
    expect(await story.states()).toEqual(['cancelled', 'succeeded'])
    expect(await cancel(deps(), 2, 'alice', 'too late')).toMatchObject({ ok: false, code: 'conflict' })
  })

  it('reset a breaker that has something on record', async () => {
    story = await openStory()
    expect(await resetBreaker(deps(), 'x', 'alice')).toMatchObject({ ok: false, code: 'not-found' })
    await story.ledger.writeBreaker({ name: 'x', failures: 3, openedAt: story.clock.now() }, story.clock.now())
    expect(await resetBreaker(deps(), 'x', 'alice')).toMatchObject({ ok: true })
    expect(await story.ledger.readBreaker('x')).toMatchObject({ failures: 0, openedAt: null })
  })
})
