import { expect, test } from 'vitest'
import { guardedTarget } from '../../src/handler/guarded-target.ts'

test('a target is asked as long as it may be, and not once more after', async () => {
  const asked: string[] = []
  let allowed = true
  const target = guardedTarget({ name: 'db', query: async (text: string) => void asked.push(text) }, () => {
    if (!allowed) throw new Error('the run is no longer ours')
  })
  expect(target.name).toBe('db')
  await target.query('first')
  allowed = false
  await expect(target.query('second')).rejects.toThrow('no longer ours')
  expect(asked).toEqual(['first'])
})
