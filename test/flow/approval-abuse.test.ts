import { afterEach, expect, it } from 'vitest'
import type { Mode } from '../../src/domain/policy.ts'
import { approve } from '../../src/flow/approve.ts'
import { requestRun, setKillSwitch } from '../../src/flow/command.ts'
import { audit } from '../../src/ledger/audit.ts'
import { openStory, type Story } from './story.ts'

/**
 * What a security reviewer tries with a remediation that waits. Forged, old, replayed and foreign requests never get this far:
 * test/ask/receiver.test.ts and test/ask/socket-mode.test.ts turn them away at the door.
 */
type Abuse = {
  title: string
  mode?: Mode
  attempt: (story: Story) => Promise<unknown>
  /** What the ledger says of it, for everybody to see: the reason of a refusal, or of the remediation's last move. */
  onRecord: RegExp
}

const yes = (story: Story, by = 'alice', id = 1, digest: string | null = null) => approve(story.deps, id, by, digest)

const ABUSES: readonly Abuse[] = [
  { title: 'a stranger', attempt: (story) => yes(story, 'mallory'), onRecord: /mallory is not among the approvers/ },
  {
    title: 'an approver of another system',
    attempt: (story) => yes(story, 'carol'),
    onRecord: /carol is not among the approvers/,
  },
  {
    title: 'the name of a group',
    attempt: (story) => yes(story, '@oncall'),
    onRecord: /@oncall is not among the approvers/,
  },
  {
    title: 'the same person twice, where two are needed',
    mode: 'approve-two',
    attempt: async (story) => [await yes(story), await yes(story)],
    onRecord: /alice has approved already/,
  },
  {
    title: 'a yes to something else than what is proposed',
    attempt: (story) => yes(story, 'alice', 1, 'f'.repeat(64)),
    onRecord: /what was shown is not what is proposed now/,
  },
  {
    title: 'a yes after its time',
    attempt: async (story) => {
      story.clock.advance('10m')
      return yes(story)
    },
    onRecord: /too late/,
  },
  {
    title: 'a yes after the alert resolved',
    attempt: async (story) => {
      await story.deliver({ alertname: 'Ill' }, { status: 'resolved', endsAt: story.clock.now() })
      return yes(story)
    },
    onRecord: /does not wait for a decision: it is cancelled/,
  },
  {
    title: 'a yes to an alert that was silenced meanwhile',
    attempt: async (story) => {
      story.world.alertState = 'suppressed'
      return yes(story)
    },
    onRecord: /^silenced$/,
  },
  {
    title: 'a yes to a plan that has changed',
    attempt: async (story) => {
      await yes(story)
      story.world.items = ['session 9']
    },
    onRecord: /void: the plan has changed/,
  },
  {
    title: 'a yes under policies that have changed',
    attempt: async (story) => {
      story.reload()
      return yes(story)
    },
    onRecord: /the policies have changed/,
  },
  {
    title: 'a yes to a target that is called otherwise now',
    attempt: async (story) => {
      await yes(story)
      story.reload((before) => ({ ...before, policies: before.policies.map((policy) => ({ ...policy, targets: {} })) }))
    },
    onRecord: /void: the policies have changed/,
  },
  {
    title: 'a yes before the kill switch goes on',
    attempt: async (story) => {
      await yes(story)
      await setKillSwitch(story.deps, true, 'bob', 'stop')
    },
    onRecord: /^kill-switch$/,
  },
]

let story: Story
afterEach(() => story.close())

it.each(ABUSES)('$title starts nothing, and is on record', async ({ mode = 'approve', attempt, onRecord }) => {
  story = await openStory({ steps: [{ mode }] })
  await story.deliver({ alertname: 'Ill' })
  expect(await story.states()).toEqual(['awaiting_approval'])
  await attempt(story)
  await story.settle()

  expect(story.world.runs).toBe(0)
  const { rows } = await story.db.query<{ said: string }>(
    `select coalesce(payload->'data'->>'why', payload->'data'->>'reason') as said from entry
      where kind in ('approval.refused', 'remediation.moved') and chain = 1`,
  )
  expect(rows.map(({ said }) => said)).toContainEqual(expect.stringMatching(onRecord))
  expect((await audit(story.db, story.clock.now())).breaches).toEqual([])
})

it('the author of a run by hand cannot approve it, and the attempt is on record', async () => {
  story = await openStory()
  await requestRun(story.deps, 'shop', { handler: 'test/fix', target: 'db', params: {} }, 'alice')
  await story.settle()
  await yes(story)
  await story.settle()
  expect(story.world.runs).toBe(0)
  const { rows } = await story.db.query(
    "select payload->'data'->>'why' as said from entry where kind = 'approval.refused'",
  )
  expect(rows).toEqual([{ said: 'alice asked for this run, so somebody else must approve it' }])
})

it('exactly one of fifty clicks at once wins, and forty-nine are on record as too late', async () => {
  story = await openStory({ steps: [{ mode: 'approve' }] })
  await story.deliver({ alertname: 'Ill' })
  await Promise.all(Array.from({ length: 50 }, (_, click) => yes(story, click % 2 === 0 ? 'alice' : 'bob')))
  await story.settle()
  expect(story.world.runs).toBe(1)
  const { rows } = await story.db.query("select count(*)::int as n from entry where kind = 'approval.refused'")
  expect(rows).toEqual([{ n: 49 }])
})
