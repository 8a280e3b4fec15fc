import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { handlersPage } from '../../scripts/generate-handler-docs.ts'

test('docs/handlers.md is what scripts/generate-handler-docs.ts writes today', async () => {
  expect(readFileSync('docs/handlers.md', 'utf8')).toBe(await handlersPage())
})

test('the catalogue says what a policy may write', async () => {
  const page = await handlersPage()
  expect(page).toContain('| `idleFor` | duration, at least 5s, at most 7d | required |')
  expect(page).toContain('| `state` | `idle in transaction` or `idle` | `idle in transaction` |')
  expect(page).toContain('- Parameters: none.')
})
