import type { Markup } from './markup.ts'
import { mrkdwn } from './markup.ts'

/** Longest address that is made a link, in characters. */
const LONGEST = 600

/**
 * A link to a place that the policies name, seen from our public address; only http and https, never with a password in it.
 * Null when there is none to be made.
 * @param label our own words
 */
export function link(place: string, publicUrl: string | null, label: string, longest = LONGEST): Markup | null {
  const url = addressOf(place, publicUrl)
  return url === null || url.length > longest ? null : { markup: `<${url}|${label}>` }
}

/** The runbook as a link, or as its bare name where no link can be made. */
export function runbookLink(runbook: string, publicUrl: string | null): Markup {
  return link(runbook, publicUrl, 'Runbook') ?? mrkdwn`Runbook: ${runbook}`
}

/** Where the whole story can be read, of an incident or of a remediation. */
export function storyLink(
  kind: 'Incident' | 'Remediation',
  id: number,
  publicUrl: string | null,
  longest = LONGEST,
): Markup {
  const label = `${kind} ${id}`
  return link(`api/v1/${kind.toLowerCase()}s/${id}`, publicUrl, label, longest) ?? { markup: label }
}

function addressOf(place: string, publicUrl: string | null): string | null {
  const base = publicUrl === null ? undefined : `${publicUrl.replace(/\/+$/, '')}/`
  if (!URL.canParse(place, base)) return null
  const url = new URL(place, base)
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  // What ends Slack's link markup is not always encoded by URL.
  return url.href.replace(/[<>|`]/g, encodeURIComponent).replaceAll('&', '&amp;')
}
