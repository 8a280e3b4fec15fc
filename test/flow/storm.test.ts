import { afterEach, expect, it } from 'vitest'
import { openStory, type Story } from './story.ts'

let story: Story
afterEach(() => story.close())

it('decides ten thousand alerts of one body, and acts no more than one target allows', async () => {
  story = await openStory({
    targets: ['db', 'other'],
    rule: { limits: { budget: null, blastRadius: 1, cooldownMs: 0 } },
  })
  await story.store(Array.from({ length: 10_000 }, (_, part) => ({ labels: { alertname: 'Ill', part: String(part) } })))
  expect(await story.intake()).toBe(1)
  await story.settle()
  expect(story.world.runs).toBe(1)
  const { rows } = await story.db.query<{ n: number }>('select count(*)::int as n from incident where follows = 1')
  expect(rows).toEqual([{ n: 9999 }])
})
