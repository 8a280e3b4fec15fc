import { z } from 'zod'
import { NightshiftError, sentence } from '../domain/errors.ts'

const Alerts = z.array(z.object({ fingerprint: z.string(), status: z.object({ state: z.string() }) }))
const Created = z.object({ silenceID: z.string() })

/** Alertmanager's API, version 2, as far as we use it. */
export type Alertmanager = {
  /** How it sees an alert: `suppressed` is silenced or inhibited; `unknown` when it does not have it. */
  stateOf: (fingerprint: string, alertname: string) => Promise<'active' | 'suppressed' | 'unknown'>
  /** Silences exactly these labels; returns the silence's id. */
  silence: (labels: Readonly<Record<string, string>>, endsAt: Date, by: string, comment: string) => Promise<string>
  /** Ends a silence; one that is gone already counts as ended. */
  expire: (id: string) => Promise<void>
}

const LIMIT_MS = 5000

/**
 * Makes the client. Calls throw NightshiftError `target-unavailable` when there is no answer, or another one than the API's.
 * @param baseUrl fixed; nothing from an alert ever becomes part of the host or the path but encoded
 */
export function alertmanagerClient(baseUrl: string, now: () => Date): Alertmanager {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    try {
      return await fetch(new URL(path, `${baseUrl.replace(/\/$/, '')}/`), {
        method,
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(LIMIT_MS),
      })
    } catch (error) {
      throw unavailable(sentence(error), error)
    }
  }
  return {
    stateOf: async (fingerprint, alertname) => {
      const query = new URLSearchParams({
        filter: `alertname=${JSON.stringify(alertname)}`,
        active: 'true',
        silenced: 'true',
        inhibited: 'true',
      })
      const found = await read(await call('GET', `api/v2/alerts?${query}`), Alerts)
      const state = found.find((alert) => alert.fingerprint === fingerprint)?.status.state
      return state === 'active' || state === 'suppressed' ? state : 'unknown'
    },
    silence: async (labels, endsAt, by, comment) => {
      const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
      const wanted = { matchers, startsAt: now().toISOString(), endsAt: endsAt.toISOString(), createdBy: by, comment }
      return (await read(await call('POST', 'api/v2/silences', wanted), Created)).silenceID
    },
    expire: async (id) => {
      const answer = await call('DELETE', `api/v2/silence/${encodeURIComponent(id)}`)
      await answer.body?.cancel()
      // 404: it is not there; 500 with "already expired" in older versions. Either way it silences nothing any more.
      if (!answer.ok && answer.status !== 404 && answer.status !== 500) throw unavailable(`answered ${answer.status}`)
    },
  }
}

async function read<T>(answer: Response, schema: z.ZodType<T>): Promise<T> {
  if (!answer.ok) throw unavailable(`answered ${answer.status}`)
  const parsed = schema.safeParse(await answer.json().catch(() => null))
  if (!parsed.success) throw unavailable('answered with something else than its API says')
  return parsed.data
}

function unavailable(why: string, cause?: unknown): NightshiftError {
  return new NightshiftError('target-unavailable', `Alertmanager: ${why}`, {}, cause)
}
