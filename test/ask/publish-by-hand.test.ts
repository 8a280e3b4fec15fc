import { afterEach, beforeEach, expect, it } from 'vitest'
import { approve } from '../../src/flow/approve.ts'
import { requestRun } from '../../src/flow/command.ts'
import { openPublishing, type Publishing } from './publishing.ts'

let publishing: Publishing
beforeEach(async () => {
  publishing = await openPublishing()
  const { story } = publishing
  await requestRun(story.deps, 'shop', { handler: 'test/fix', target: 'db', params: {} }, 'alice')
  await story.settle()
})
afterEach(() => publishing.close())

it('asks in Slack about a run by hand, edits the message to its end, and takes no notice of what else the system does', async () => {
  const { story, publish, messages, replies, fake } = publishing
  await publish()
  expect(messages()).toMatchObject([{ text: expect.stringMatching(/Run by hand: test\/fix[\s\S]*Waits for approval/) }])
  expect(JSON.stringify(messages()[0]?.blocks)).toContain('*Asked for by* `alice`')

  const calls = fake.calls.length
  const actor = { kind: 'system', name: 'nightshift' } as const
  await story.ledger.appendEntries([{ chain: 0, at: story.clock.now(), kind: 'run.lost', actor, data: { number: 9 } }])
  await publish()
  expect(fake.calls).toHaveLength(calls)

  await approve(story.deps, 1, 'bob')
  await story.settle()
  await publish()
  expect(messages()).toMatchObject([
    { text: expect.stringMatching(/`Ended: P4`[\s\S]*Fixed and verified[\s\S]*`bob`/), edits: 1 },
  ])
  expect(replies()[0]).toBe('`bob` approved (`1` of `1`)')
  expect(replies().join()).not.toContain('Run `9`')
})

it('shows in the thread that the author may not approve', async () => {
  const { story, publish, replies } = publishing
  await publish()
  await approve(story.deps, 1, 'alice')
  await publish()
  expect(replies()).toEqual([expect.stringMatching(/Refused, `alice`: .*somebody else must approve/)])
})
