import { randomBytes } from 'node:crypto'

/** What the alert asks for: the rule of test/faults/policies that it matches. */
export type Kind = 'once' | 'once-and-tell' | 'again' | 'in-vain'

/** One episode of one alert, from its first firing to its end. */
export type Episode = { name: string; fingerprint: string; kind: Kind; system: string; target: string; startsAt: Date }

/** A fresh alert: nothing about it was seen before. */
export function newEpisode(kind: Kind, target: string, system = 'patient'): Episode {
  const fingerprint = randomBytes(8).toString('hex')
  return { name: `${kind}-${fingerprint}`, fingerprint, kind, system, target, startsAt: new Date() }
}

/** One fresh alert of each kind, each with a target of its own. */
export function oneOfEachKind(): Episode[] {
  return [newEpisode('once', 'one'), newEpisode('once-and-tell', 'two'), newEpisode('again', 'three')]
}

/** The webhook body that Alertmanager would send about these episodes. */
export function notificationOf(
  episodes: readonly Episode[],
  status: 'firing' | 'resolved',
  endsAt = new Date(),
): string {
  return JSON.stringify({
    version: '4',
    groupKey: '{}:{}',
    status,
    receiver: 'nightshift',
    truncatedAlerts: 0,
    alerts: episodes.map(({ name, fingerprint, kind, system, target, startsAt }) => ({
      status,
      labels: { alertname: kind, system, target, episode: name },
      annotations: {},
      startsAt: startsAt.toISOString(),
      endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : endsAt.toISOString(),
      fingerprint,
    })),
  })
}

/** Longest wait for an answer, in ms. */
const ANSWER_MS = 10_000

/** Delivers a body; returns the notification's id, or the status of a refusal. @throws when nobody answers */
export async function deliver(
  url: string,
  body: string,
  patienceMs = ANSWER_MS,
): Promise<{ id: string } | { refused: number }> {
  const answer = await fetch(`${url}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(patienceMs),
  })
  const said = (await answer.json()) as { notification?: string }
  return answer.status === 202 && said.notification ? { id: said.notification } : { refused: answer.status }
}
