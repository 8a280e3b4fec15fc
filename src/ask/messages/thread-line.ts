import type { EntryKind } from '../../domain/entry.ts'
import type { Json } from '../../domain/policy.ts'
import { type Markup, mrkdwn } from './markup.ts'
import type { StoryEntry } from './story.ts'

/** `said` reads a field of the entry; one that is missing reads as nothing. */
type Teller = (said: (field: string) => string, by: string, entry: StoryEntry) => Markup | null

/** What a thread says of each kind of entry. A kind that is not here says nothing: the message itself shows it. */
const TELLERS: Partial<Record<EntryKind, Teller>> = {
  'decision.made': (said) =>
    ['hand-over', 'follow'].includes(said('outcome'))
      ? mrkdwn`Nothing is done here (${said('reason')}): ${said('detail')}`
      : null,
  'approval.given': (said, by) => mrkdwn`${by} approved (${said('given')} of ${said('needed')})`,
  'approval.refused': (said, by) => mrkdwn`:no_entry: Refused, ${by}: ${said('why')}`,
  'run.started': (said) => mrkdwn`Run ${said('number')} of ${said('handler')} on ${said('target')} began`,
  'run.ended': (said) =>
    said('error') === ''
      ? mrkdwn`Run ${said('number')} ended, ${said('outcome')}: ${said('result')}`
      : mrkdwn`:warning: Run ${said('number')} ended, ${said('outcome')}: ${said('error')}`,
  'run.lost': (said) => mrkdwn`:warning: Run ${said('number')} is lost: its worker stopped beating`,
  'verification.checked': (said) =>
    said('recovered') === 'true'
      ? mrkdwn`Verified: ${said('evidence')}`
      : mrkdwn`:warning: Not verified: ${said('evidence')}`,
  'escalation.due': (said) => mrkdwn`A person is to be told: ${said('reason')}`,
  'escalation.acknowledged': (_, by) => mrkdwn`${by} has it`,
  'silence.created': (_, by) => mrkdwn`${by} silenced the alert`,
  'silence.removed': () => mrkdwn`The silence was removed`,
  'incident.closed': (said, by, entry) =>
    entry.by.kind === 'person'
      ? mrkdwn`${by} closed the incident: ${said('reason')}`
      : mrkdwn`The incident is over: ${said('reason')}`,
  'remediation.moved': movedLine,
}

function movedLine(said: (field: string) => string, by: string): Markup | null {
  const reason = said('reason')
  switch (said('to')) {
    case 'denied':
      return mrkdwn`${by} denied: ${reason}`
    case 'expired':
      return mrkdwn`The approval expired: ${reason}`
    case 'cancelled':
      return mrkdwn`Withdrawn: ${reason}`
    case 'suppressed':
      return mrkdwn`Nothing was done: ${reason}`
    case 'ineffective':
      return mrkdwn`:warning: It did not help: ${reason}`
    default:
      return null
  }
}

/** One entry as one line of a thread; null when the thread has nothing to say of it. */
export function threadLine(entry: StoryEntry): Markup | null {
  const said = (field: string) => (Object.hasOwn(entry.data, field) ? wordsOf(entry.data[field] ?? null) : '')
  return TELLERS[entry.kind]?.(said, entry.by.name, entry) ?? null
}

function wordsOf(value: Json): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
