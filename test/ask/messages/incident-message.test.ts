import { expect, it } from 'vitest'
import { readButton } from '../../../src/ask/button.ts'
import { incidentMessage } from '../../../src/ask/messages/incident-message.ts'
import { MessageBlocks } from '../../support/fake-slack/blocks.ts'
import { asPage, buttonsOf, markupOf } from './read-message.ts'
import { SETTING, TALES, tale } from './tales.ts'

it.each(Object.keys(TALES))('tells the story when it is %s', async (name) => {
  const story = TALES[name]
  if (story === undefined) throw new Error(name)
  const message = incidentMessage(story, SETTING)
  MessageBlocks.parse(message.blocks)
  await expect(asPage(message)).toMatchFileSnapshot(`golden/${name}.txt`)
})

it('names exactly what was shown in the value of each button', () => {
  const [approve] = buttonsOf(incidentMessage(tale(), SETTING))
  expect(readButton(approve?.value)).toEqual({ incident: 7, remediation: 12, digest: 'd'.repeat(64) })
})

it.each([
  ['waiting', ['approve', 'deny', 'acknowledge', 'silence']],
  ['running', ['acknowledge', 'silence']],
  ['denied', ['acknowledge', 'silence']],
  ['unmatched', ['silence']],
  ['by-hand', ['approve', 'deny']],
  ['resolved', []],
])('offers only what can still be done when it is %s', (name, actions) => {
  const story = TALES[name]
  if (story === undefined) throw new Error(name)
  expect(buttonsOf(incidentMessage(story, SETTING)).map(({ action_id }) => action_id)).toEqual(actions)
})

it('asks once more before something is destroyed', () => {
  const [approve] = buttonsOf(incidentMessage(tale(), { ...SETTING, dangerOf: () => 'destructive' }))
  expect(approve).toMatchObject({ style: 'danger', confirm: { title: { text: 'This cannot be undone' } } })
  expect(buttonsOf(incidentMessage(tale(), SETTING))[0]).not.toHaveProperty('confirm')
})

it('counts the items of a plan that it does not show', () => {
  const plan = Array.from({ length: 37 }, (_, at) => `session ${at}`)
  const page = asPage(incidentMessage(tale({}, { plan }), SETTING))
  expect(page).toContain('session 9\n… and 27 more')
  expect(page).toContain('*Blast radius* 37 on `fluxbase/db`')
})

it.each([
  ['javascript:alert(1)', 'Runbook: `javascript:alert(1)`'],
  ['https://user:secret@wiki.example/pool', 'Runbook: `https://user:secret@wiki.example/pool`'],
  ['https://wiki.example/a|b?c=<d>&e=`f`', '<https://wiki.example/a%7Cb?c=%3Cd%3E&amp;e=%60f%60|Runbook>'],
  ['docs/pool.md', '<https://night.example/docs/pool.md|Runbook>'],
])('makes a link of the runbook %s only where that is safe', (runbook, shown) => {
  expect(markupOf(incidentMessage(tale(), { ...SETTING, runbookOf: () => runbook }))).toContain(shown)
})

it('names the runbook and the incident without a link when it has no address of its own', () => {
  const texts = markupOf(incidentMessage(tale(), { ...SETTING, publicUrl: null }))
  expect(texts).toContain('Runbook: `docs/runbooks/fluxbase.md#pool`')
  expect(texts).toContain('Incident 7')
})

it('offers no silence where nothing could carry it out', () => {
  const actions = buttonsOf(incidentMessage(tale(), { ...SETTING, canSilence: false })).map(
    ({ action_id }) => action_id,
  )
  expect(actions).toEqual(['approve', 'deny', 'acknowledge'])
})
