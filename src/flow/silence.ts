import { SYSTEM } from '../domain/entry.ts'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { CommandResult } from './approve.ts'
import type { FlowLedger } from './ledger.ts'

export type SilenceDeps = {
  ledger: FlowLedger
  now: () => Date
  log: Log
  /** Null where Alertmanager is not set. */
  alertmanager: {
    silence: (labels: Readonly<Record<string, string>>, endsAt: Date, by: string, comment: string) => Promise<string>
    expire: (id: string) => Promise<void>
  } | null
}

/** Longest silence that may be asked for here, in ms. */
export const LONGEST_SILENCE_MS = 86_400_000

/**
 * Silences an incident's alert in Alertmanager for a time, in the person's name. It approves nothing and stops no page that
 * is due; it is taken away when the incident closes.
 */
export async function silence(deps: SilenceDeps, incident: number, by: string, forMs: number): Promise<CommandResult> {
  const { alertmanager, ledger } = deps
  if (alertmanager === null)
    return { ok: false, code: 'conflict', message: 'ALERTMANAGER_URL is not set, so nothing can be silenced' }
  if (!(forMs > 0 && forMs <= LONGEST_SILENCE_MS))
    return { ok: false, code: 'bad-parameter', message: 'a silence lasts up to a day' }
  const labels = await ledger.labelsOfOpen(incident)
  if (labels === null)
    return { ok: false, code: 'conflict', message: `incident ${incident} is not open`, state: 'closed' }
  const now = deps.now()
  const endsAt = new Date(now.getTime() + forMs)
  let id: string
  try {
    id = await alertmanager.silence(labels, endsAt, by, `Nightshift incident ${incident}`)
  } catch (error) {
    return { ok: false, code: 'conflict', message: sentence(error) }
  }
  await ledger.transaction(async (tx) => {
    await tx.insertSilence({ id, incident, by, endsAt }, now)
    const data = { silence: id, endsAt: endsAt.toISOString() }
    await tx.appendEntries([
      { chain: incident, at: now, kind: 'silence.created', actor: { kind: 'person', name: by }, data },
    ])
  })
  return { ok: true, state: 'silenced' }
}

/** Takes away the silences of incidents that are over. What Alertmanager does not answer is tried again, until its end. */
export async function removeSilences(deps: SilenceDeps): Promise<void> {
  const { alertmanager, ledger } = deps
  if (alertmanager === null) return
  for (const { id, incident } of await ledger.silencesToRemove(deps.now(), 50)) {
    try {
      await alertmanager.expire(id)
    } catch (error) {
      deps.log.warn({ err: error, silence: id, incident }, 'a silence could not be taken away yet')
      return
    }
    await ledger.transaction(async (tx) => {
      const at = deps.now()
      if (!(await tx.markSilenceRemoved(id, at))) return
      await tx.appendEntries([{ chain: incident, at, kind: 'silence.removed', actor: SYSTEM, data: { silence: id } }])
    })
  }
}
