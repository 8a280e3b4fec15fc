import { context, fields, header, type Message, type MessageBlock, section } from './block.ts'
import { buttonsFor } from './buttons.ts'
import { codeBlock } from './code-block.ts'
import { runbookLink, storyLink } from './link.ts'
import { code, lines, type Markup, mrkdwn, time } from './markup.ts'
import { diagnosisBlocks, planBlocks } from './proposal.ts'
import { remediationLine, stateLine } from './state-line.ts'
import type { MessageSetting, Story, StoryRemediation } from './story.ts'

/** Room for labels, for the summary and for earlier steps, in characters: all texts of a message share 13,000. */
const LABELS_ROOM = 1000
const SUMMARY_ROOM = 500
const EARLIER_ROOM = 1000
/** Room for one short fact. */
const FACT = 120
/** Most labels that are shown. */
const LABELS = 20

/** The one message of an incident, as the story stands. Pure: the same story gives the same message. */
export function incidentMessage(story: Story, setting: MessageSetting): Message {
  const latest = story.remediations.at(-1)
  const danger = latest === undefined ? null : setting.dangerOf(latest.handler)
  const state = stateLine(story)
  const buttons = buttonsFor(story, danger, setting.canSilence ?? true)
  const blocks: MessageBlock[] = [
    header(`${ended(story)}${story.severity} ${nameOf(story)}${story.system === null ? '' : ` · ${story.system}`}`),
    section(state),
    fields(factsOf(story)),
    ...labelsOf(story),
    ...diagnosisBlocks(story.remediations.findLast(({ findings }) => findings.length > 0)?.findings ?? []),
    ...earlierSteps(story),
    ...(latest === undefined ? [] : planBlocks(latest, danger)),
    context(linksOf(story, setting)),
    ...(buttons === null ? [] : [buttons]),
  ]
  return { text: notificationText(story, state).markup, blocks }
}

/** What fires, in the alert's own words. */
export function nameOf({ labels, incident, remediations }: Story): string {
  if (incident === null) return `Run by hand: ${remediations[0]?.handler ?? 'nothing'}`
  return labels.alertname || `incident ${incident}`
}

/** Before the name of a story that is over. */
function ended({ open, incident }: Story): string {
  if (open) return ''
  return incident === null ? 'Ended: ' : 'Resolved: '
}

function notificationText(story: Story, state: Markup): Markup {
  const what = mrkdwn`${`${ended(story)}${story.severity}`} ${nameOf(story)}`
  return mrkdwn`${what}${story.system === null ? mrkdwn`` : mrkdwn` ${story.system}`}\n${state}`
}

function factsOf({ incident, requestedBy, system, rule, severity, startsAt, repeats }: Story): Markup[] {
  if (incident === null) {
    const by = mrkdwn`*Asked for by* ${code(requestedBy ?? 'unknown', FACT)}, who cannot approve it`
    return [by, mrkdwn`*System* ${code(system ?? 'unknown', FACT)}`, mrkdwn`*Since* ${time(startsAt)}`]
  }
  return [
    mrkdwn`*Severity* ${severity}`,
    mrkdwn`*System* ${code(system ?? 'unknown', FACT)}`,
    mrkdwn`*Since* ${time(startsAt)}`,
    mrkdwn`*Rule* ${code(rule ?? 'none matches', FACT)}`,
    ...(repeats > 0 ? [mrkdwn`*Reminders* ${repeats}`] : []),
  ]
}

function labelsOf({ labels, annotations }: Story): MessageBlock[] {
  const rows = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const summary = annotations.summary ?? annotations.description
  const said = summary === undefined ? [] : [section(code(summary, SUMMARY_ROOM))]
  return rows.length === 0 ? said : [...said, section(codeBlock(rows, LABELS_ROOM, LABELS))]
}

function earlierSteps(story: Story): MessageBlock[] {
  const earlier = story.remediations.slice(0, -1)
  if (earlier.length === 0) return []
  const told = earlier.map((remediation) => mrkdwn`• ${stepName(remediation)}: ${remediationLine(remediation, story)}`)
  return [section(mrkdwn`*Before*\n${lines(told, EARLIER_ROOM)}`)]
}

function stepName({ handler, target }: StoryRemediation): Markup {
  return mrkdwn`${code(handler, 80)} on ${code(target, 80)}`
}

function linksOf({ incident, system, rule, remediations }: Story, { publicUrl, runbookOf }: MessageSetting): Markup[] {
  const runbook = runbookOf(system, rule)
  const story =
    incident === null
      ? storyLink('Remediation', remediations[0]?.id ?? 0, publicUrl)
      : storyLink('Incident', incident, publicUrl)
  return runbook === null ? [story] : [runbookLink(runbook, publicUrl), story]
}
