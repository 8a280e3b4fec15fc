import { code, joined, type Markup, mrkdwn, time } from './markup.ts'
import type { Story, StoryRemediation } from './story.ts'

/** Room for one person's name. */
const NAME = 60

/** Where the story stands, in one or two sentences: what is done or was done, by whom, and when a person is told. */
export function stateLine(story: Story): Markup {
  const latest = story.remediations.at(-1)
  const parts = [
    ...(story.open || story.incident === null ? [] : [closedLine(story)]),
    ...(latest === undefined ? [] : [remediationLine(latest, story)]),
    ...(story.open ? [...escalationLine(story), ...silenceLine(story)] : []),
  ]
  return parts.length === 0 ? mrkdwn`*Open*: nobody has been told yet` : joined(parts, '\n')
}

function closedLine({ endedAt, deeds }: Story): Markup {
  const by = deeds.findLast((deed) => deed.kind === 'incident.closed')
  const since = endedAt === null ? mrkdwn`` : mrkdwn` ${time(endedAt)}`
  return by === undefined ? mrkdwn`*Resolved*${since}` : mrkdwn`*Resolved*${since} by ${by.by}`
}

/** What became of one step, in one sentence. */
export function remediationLine(remediation: StoryRemediation, story: Story): Markup {
  const { state, reason, approval, runs, verifyUntil } = remediation
  const run = runs.at(-1)
  const yes = approvedBy(remediation, story)
  switch (state) {
    case 'proposed':
      return mrkdwn`*Looking*: diagnosis and plan are being made`
    case 'awaiting_approval':
      return approval === null
        ? mrkdwn`*Waits for approval*`
        : mrkdwn`*Waits for approval* until ${time(approval.expiresAt)}: ${approval.given.length} of ${approval.needed} given${yes}`
    case 'queued':
      return mrkdwn`*About to run*${yes}`
    case 'running':
      return mrkdwn`*Running*${run ? mrkdwn` since ${time(run.startedAt)}` : mrkdwn``}${yes}`
    case 'unknown':
      return mrkdwn`*Outcome unknown*: ${reason}${yes}`
    case 'verifying':
      return mrkdwn`*Ran, now being verified*${verifyUntil ? mrkdwn` until ${time(verifyUntil)}` : mrkdwn``}${yes}`
    case 'succeeded':
      return mrkdwn`*Fixed and verified* ${time(remediation.updatedAt)}${yes}`
    case 'ineffective':
      return mrkdwn`*Ran, and did not help*${yes}`
    case 'rolled_back':
      return mrkdwn`*Ran, did not help, and was undone*${yes}`
    case 'suppressed':
      return mrkdwn`*Nothing was done*: ${reason}${yes}`
    case 'denied':
      return mrkdwn`*Denied* by ${approval?.deniedBy ?? 'somebody'} ${time(remediation.updatedAt)}: ${approval?.deniedReason || 'no reason given'}`
    case 'expired':
      return mrkdwn`*Expired* ${time(remediation.updatedAt)}: nobody decided in time`
    case 'cancelled':
      return mrkdwn`*Withdrawn* ${time(remediation.updatedAt)}: ${reason}${yes}`
  }
}

function approvedBy({ id, approval, mode }: StoryRemediation, { deeds }: Story): Markup {
  if (mode === 'auto' || approval === null || approval.given.length === 0) return mrkdwn``
  const people = approval.given.slice(0, 5).map((by) => {
    const deed = deeds.find((one) => one.kind === 'approval.given' && one.remediation === id && one.by === by)
    return deed === undefined ? code(by, NAME) : mrkdwn`${code(by, NAME)} ${time(deed.at)}`
  })
  return mrkdwn`; approved by ${joined(people, ', ')}`
}

function escalationLine({ escalation, deeds }: Story): Markup[] {
  switch (escalation?.state) {
    case 'pending':
      return escalation.dueAt === null ? [] : [mrkdwn`A person is told ${time(escalation.dueAt)}: ${escalation.reason}`]
    case 'paging':
      return [mrkdwn`A person is told (level ${escalation.level}): ${escalation.reason}`]
    case 'exhausted':
      return [mrkdwn`*Nobody has answered*: ${escalation.reason}`]
    case 'acknowledged': {
      const deed = deeds.findLast((one) => one.kind === 'escalation.acknowledged')
      return [deed === undefined ? mrkdwn`Acknowledged` : mrkdwn`Acknowledged by ${deed.by} ${time(deed.at)}`]
    }
    default:
      return []
  }
}

function silenceLine({ deeds }: Story): Markup[] {
  const deed = deeds.findLast(({ kind }) => kind === 'silence.created')
  if (deed === undefined || deed.until === null) return []
  return [mrkdwn`Silenced until ${time(deed.until)} by ${code(deed.by, NAME)}`]
}
