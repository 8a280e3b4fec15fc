import { expect, it } from 'vitest'
import { groupedMessage } from '../../../src/ask/messages/grouped-message.ts'
import type { Story, StoryRemediation } from '../../../src/ask/messages/story.ts'
import { MessageBlocks } from '../../support/fake-slack/blocks.ts'
import { asPage, buttonsOf } from './read-message.ts'
import { SETTING, tale } from './tales.ts'

/** An incident of the storm; its remediation has the number 100 higher. */
function one(incident: number, remediation: Partial<StoryRemediation> = {}, story: Partial<Story> = {}): Story {
  const [waiting] = tale(
    {},
    { id: 100 + incident, target: `fluxbase/db-${incident}`, findings: [], ...remediation },
  ).remediations
  return tale({ incident, remediations: waiting ? [waiting] : [], ...story })
}

it('tells a storm in one message, with a list and buttons for what it lists', async () => {
  const stories = [
    ...Array.from({ length: 4 }, (_, at) => one(at + 1)),
    one(5, { state: 'running' }),
    one(6, { state: 'succeeded' }, { open: false }),
  ]
  const { message, batch } = groupedMessage(stories, SETTING)
  MessageBlocks.parse(message.blocks)
  await expect(asPage(message)).toMatchFileSnapshot('golden/storm.txt')
  expect(batch?.shown.map(({ remediation }) => remediation)).toEqual([101, 102, 103, 104])
  expect(buttonsOf(message).map(({ action_id, value }) => [action_id, value])).toEqual([
    ['approve_all', `{"batch":"${batch?.id}"}`],
    ['deny_all', `{"batch":"${batch?.id}"}`],
  ])
})

it('shows twenty of two hundred that wait, counts the rest, and shows the next when those are decided', () => {
  const stories = Array.from({ length: 200 }, (_, at) => one(at + 1))
  const before = groupedMessage(stories, SETTING)
  expect(before.batch?.shown).toHaveLength(20)
  expect(asPage(before.message)).toContain('… and 180 more')
  const decided = stories.map((story, at) => (at < 20 ? one(story.incident ?? 0, { state: 'queued' }) : story))
  const after = groupedMessage(decided, SETTING)
  expect(after.batch?.shown.map(({ remediation }) => remediation)).toEqual(
    Array.from({ length: 20 }, (_, at) => 121 + at),
  )
  expect(after.batch?.id).not.toBe(before.batch?.id)
})

it('gives another batch when the digest of one listed remediation has changed', () => {
  const approval = one(1).remediations[0]?.approval ?? null
  const moved = one(1, { approval: approval && { ...approval, digest: 'e'.repeat(64) } })
  expect(groupedMessage([one(1)], SETTING).batch?.id).not.toBe(groupedMessage([moved], SETTING).batch?.id)
})

it('does not pass different alerts off as one', () => {
  const other = tale({ incident: 9, severity: 'P1', system: null, labels: { alertname: 'Other' }, remediations: [] })
  expect(asPage(groupedMessage([one(1), other], SETTING).message)).toMatch(/^# 2 × different alerts · several systems/)
})

it('has no buttons when nobody waits', () => {
  expect(buttonsOf(groupedMessage([one(1, { state: 'running' })], SETTING).message)).toEqual([])
})
