import { createHash } from 'node:crypto'
import {
  type Button,
  context,
  header,
  type Message,
  type MessageBlock,
  plainText,
  SECTION_ROOM,
  section,
} from './block.ts'
import { waitingIn } from './buttons.ts'
import { nameOf } from './incident-message.ts'
import { runbookLink, storyLink } from './link.ts'
import { code, lines, type Markup, mrkdwn } from './markup.ts'
import { remediationLine } from './state-line.ts'
import type { MessageSetting, Story, StoryRemediation } from './story.ts'

/** What the buttons of a grouped message stand for; its id is the hash of what was shown. */
export type Batch = { id: string; shown: { remediation: number; digest: string }[] }
/** Incidents that a grouped message lists; the rest is counted. */
const SHOWN = 20
/** Incidents in one block of the list: four blocks of five. */
const PER_BLOCK = 5
/** Items of a plan that the list names. */
const ITEMS = 3

/**
 * One message for many incidents of one rule: those that wait for a person first. The buttons are for the shown ones only;
 * when they are decided, the next ones are shown. Pure.
 */
export function groupedMessage(
  stories: readonly Story[],
  setting: MessageSetting,
): { message: Message; batch: Batch | null } {
  const waiting = stories.filter((story) => story.open && waitingIn(story) !== null)
  const open = stories.filter((story) => story.open && !waiting.includes(story))
  const over = stories.filter((story) => !story.open)
  const shown = [...waiting, ...open, ...over].slice(0, SHOWN)
  const left = stories.length - shown.length
  const batch = batchOf(waiting.slice(0, SHOWN))
  const first = stories[0]
  const counts = mrkdwn`*${waiting.length}* wait for approval, *${open.length}* more are open, *${over.length}* are over`
  const more = left === 0 ? [] : [section(mrkdwn`… and ${left} more; those that wait are shown as these are decided`)]
  const title = titleOf(stories)
  const blocks: MessageBlock[] = [
    header(title),
    section(counts),
    ...listBlocks(shown, setting),
    ...more,
    ...(first === undefined ? [] : runbookContext(first, setting)),
    ...(batch === null ? [] : [batchButtons(batch)]),
  ]
  return { message: { text: mrkdwn`${title}: ${counts}`.markup, blocks }, batch }
}

/** Incidents of one rule share their alert, as a rule; those that no rule matches need not. */
function titleOf(stories: readonly Story[]): string {
  const one = (words: readonly string[], several: string) => (new Set(words).size === 1 ? (words[0] ?? '') : several)
  const severity = one(
    stories.map((story) => story.severity),
    '',
  )
  const name = one(stories.map(nameOf), 'different alerts')
  const system = one(
    stories.map((story) => story.system ?? 'no system'),
    'several systems',
  )
  return [`${stories.length} ×`, severity, name, '·', system].filter((word) => word !== '').join(' ')
}

function batchOf(waiting: readonly Story[]): Batch | null {
  const shown = waiting.flatMap((story) => {
    const { id, approval } = waitingIn(story) ?? {}
    return id === undefined || !approval ? [] : [{ remediation: id, digest: approval.digest }]
  })
  if (shown.length === 0) return null
  return { id: createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32), shown }
}

function listBlocks(shown: readonly Story[], setting: MessageSetting): MessageBlock[] {
  const blocks: MessageBlock[] = []
  for (let at = 0; at < shown.length; at += PER_BLOCK) {
    const some = shown.slice(at, at + PER_BLOCK).map((story) => listed(story, setting))
    blocks.push(section(lines(some, SECTION_ROOM)))
  }
  return blocks
}

/** One incident in at most a fifth of a block, so that none pushes another one out of the list. */
function listed(story: Story, setting: MessageSetting): Markup {
  const latest = waitingIn(story) ?? story.remediations.at(-1)
  const place = mrkdwn`• ${storyLink('Incident', story.incident ?? 0, setting.publicUrl, 150)}`
  if (latest === undefined) return mrkdwn`${place} ${code(labelsOf(story), 300)}`
  if (latest.state !== 'awaiting_approval')
    return mrkdwn`${place} ${code(latest.handler, 60)} on ${code(latest.target, 80)}: ${remediationLine(brief(latest), { ...story, deeds: [] })}`
  const { plan } = latest
  const items =
    plan === null ? '' : `${plan.length}: ${plan.slice(0, ITEMS).join('; ')}${plan.length > ITEMS ? ' …' : ''}`
  const danger = setting.dangerOf(latest.handler) ?? 'unknown'
  return mrkdwn`${place} ${code(latest.handler, 60)} on ${code(latest.target, 80)} (${danger}) ${code(items, 160)}`
}

/** Long reasons would push the next incident out of its block. */
function brief(remediation: StoryRemediation): StoryRemediation {
  const { approval } = remediation
  const short = (text: string | null) => text && [...text].slice(0, 20).join('')
  return {
    ...remediation,
    reason: short(remediation.reason) ?? '',
    approval: approval && {
      ...approval,
      given: [],
      deniedBy: short(approval.deniedBy),
      deniedReason: short(approval.deniedReason),
    },
  }
}

function labelsOf({ labels }: Story): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
}

function runbookContext({ system, rule }: Story, { publicUrl, runbookOf }: MessageSetting): MessageBlock[] {
  const runbook = runbookOf(system, rule)
  return runbook === null ? [] : [context([runbookLink(runbook, publicUrl)])]
}

function batchButtons({ id, shown }: Batch): MessageBlock {
  const value = JSON.stringify({ batch: id })
  const approve: Button = {
    type: 'button',
    action_id: 'approve_all',
    text: plainText(`Approve the ${shown.length} shown`, 75),
    value,
    style: 'primary',
    confirm: {
      title: plainText(`Approve ${shown.length} remediations?`, 100),
      text: plainText('Each one as listed in the message; those that are not listed still wait.', 300),
      confirm: plainText('Approve', 30),
      deny: plainText('Back', 30),
      style: 'danger',
    },
  }
  const deny: Button = {
    type: 'button',
    action_id: 'deny_all',
    text: plainText(`Deny the ${shown.length} shown`, 75),
    value,
  }
  return { type: 'actions', elements: [approve, deny] }
}
