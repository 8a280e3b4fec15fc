import { type MessageBlock, SECTION_ROOM, section } from './block.ts'
import { codeBlock, linesThatFit } from './code-block.ts'
import { code, type Markup, mrkdwn } from './markup.ts'
import type { Finding, StoryRemediation } from './story.ts'
import { tableLines } from './table.ts'

/** Rows of a diagnosis and items of a plan that the message itself shows; the thread has more. */
const SHOWN = 10
/** Most diagnoses in one message, and characters of one of them: all texts of a message together have a limit, too. */
const FINDINGS = 3
const FINDING_ROOM = 1000
const PLAN_ROOM = 2500
/** Blocks of a whole diagnosis. */
const WHOLE = 4

/** What was found, as short tables. */
export function diagnosisBlocks(findings: readonly Finding[]): MessageBlock[] {
  return findings.slice(0, FINDINGS).map((finding) => {
    const head = findingHead(finding)
    const table = tableLines(finding.columns, finding.rows)
    if (table.length === 0) return section(head)
    return section(mrkdwn`${head}\n${codeBlock(table, FINDING_ROOM - head.markup.length, SHOWN + 1)}`)
  })
}

/** One diagnosis with as many of its rows as a reply has room for. */
export function wholeDiagnosis(finding: Finding): MessageBlock[] {
  const blocks = [section(findingHead(finding))]
  let left = tableLines(finding.columns, finding.rows)
  while (left.length > 0 && blocks.length <= WHOLE) {
    // The last block counts what does not fit; the ones before end where the next begins.
    const fits = blocks.length === WHOLE ? left.length : linesThatFit(left, SECTION_ROOM)
    blocks.push(section(codeBlock(left.slice(0, fits), SECTION_ROOM)))
    left = left.slice(fits)
  }
  return blocks
}

function findingHead({ handler, target, summary }: Finding): Markup {
  return mrkdwn`*Diagnosis* ${code(handler, 80)} on ${code(target, 80)}: ${code(summary, 400)}`
}

/** What will be done: the call, what it may break, how much it touches, and each item in the words that are approved. */
export function planBlocks({ handler, target, params, plan }: StoryRemediation, danger: string | null): MessageBlock[] {
  const settings = Object.entries(params).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const given = settings.length === 0 ? mrkdwn`` : mrkdwn` with ${code(settings.join(' '), 500)}`
  const head = mrkdwn`*Plan* ${code(handler, 80)} on ${code(target, 80)}${given}`
  const radius = plan === null ? mrkdwn`not known yet` : mrkdwn`${plan.length} on ${code(target, 80)}`
  const facts = mrkdwn`*Danger* ${danger ?? 'unknown'}   *Blast radius* ${radius}`
  if (plan === null || plan.length === 0) return [section(mrkdwn`${head}\n${facts}`)]
  const room = PLAN_ROOM - head.markup.length - facts.markup.length
  return [section(mrkdwn`${head}\n${facts}\n${codeBlock(plan, room, SHOWN)}`)]
}
