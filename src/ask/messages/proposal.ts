import { type MessageBlock, SECTION_ROOM, section } from './block.ts'
import { codeBlock } from './code-block.ts'
import { code, mrkdwn } from './markup.ts'
import type { Finding, StoryRemediation } from './story.ts'
import { tableLines } from './table.ts'

/** Rows of a diagnosis and items of a plan that the message itself shows; the thread has more. */
const SHOWN = 10
/** Most diagnoses in one message. */
const FINDINGS = 4

/** What was found, as tables. */
export function diagnosisBlocks(findings: readonly Finding[], shown = SHOWN): MessageBlock[] {
  return findings.slice(0, FINDINGS).map(({ handler, target, summary, columns, rows }) => {
    const head = mrkdwn`*Diagnosis* ${handler} on ${target}: ${code(summary, 600)}`
    if (rows.length === 0) return section(head)
    const table = codeBlock(tableLines(columns, rows), SECTION_ROOM - head.markup.length - 1, shown + 1)
    return section(mrkdwn`${head}\n${table}`)
  })
}

/** What will be done: the call, what it may break, how much it touches, and each item in the words that are approved. */
export function planBlocks({ handler, target, params, plan }: StoryRemediation, danger: string | null): MessageBlock[] {
  const settings = Object.entries(params).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const given = settings.length === 0 ? mrkdwn`` : mrkdwn` with ${code(settings.join(' '), 500)}`
  const head = mrkdwn`*Plan* ${handler} on ${target}${given}`
  const radius = plan === null ? mrkdwn`not known yet` : mrkdwn`${plan.length} on ${target}`
  const facts = mrkdwn`*Danger* ${danger ?? 'unknown'}   *Blast radius* ${radius}`
  if (plan === null || plan.length === 0) return [section(mrkdwn`${head}\n${facts}`)]
  const room = SECTION_ROOM - head.markup.length - facts.markup.length - 2
  return [section(mrkdwn`${head}\n${facts}\n${codeBlock(plan, room, SHOWN)}`)]
}
