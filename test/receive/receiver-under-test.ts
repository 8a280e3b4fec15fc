import type { StoredNotification } from '../../src/domain/alert.ts'
import type { Log } from '../../src/domain/log.ts'
import { createInbox, type InboxOptions } from '../../src/receive/inbox.ts'
import { createReceiver, type ReceiverDeps } from '../../src/receive/receiver.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

export type Options = {
  token?: string | null
  loopbackOnly?: boolean
  insert?: InboxOptions['insert']
  inbox?: Partial<InboxOptions>
} & Partial<Omit<ReceiverDeps, 'webhook'>>

/** The receiver over a ledger in memory, with real metrics and a log that can be read. */
export function receiverUnderTest({ token = null, loopbackOnly = true, insert, inbox, ...rest }: Options = {}) {
  const stored: StoredNotification[] = []
  const lines: { level: string; data: Readonly<Record<string, unknown>>; message: string }[] = []
  const write = (level: string) => (data: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, data, message })
  }
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const metrics = createMetrics(false)
  const app = createReceiver({
    log,
    health: { live: {}, ready: {}, startup: {} },
    metricsText: metrics.text,
    webhook: {
      inbox: createInbox({
        insert:
          insert ??
          (async (rows) => {
            stored.push(...rows)
          }),
        ...inbox,
      }),
      token,
      loopbackOnly,
      metrics: metrics.webhook,
      now: () => new Date('2026-03-02T03:00:00Z'),
    },
    ...rest,
  })
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, query = '') =>
    app.request(`/webhooks/alertmanager${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      duplex: 'half',
    } as RequestInit)
  /** A metric's samples that are not zero, by their labels, as in the text format: `{reason="too-large"}` -> 1. */
  const samples = async (name: string): Promise<Record<string, number>> => {
    const { text } = await metrics.text()
    const found = [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'))]
    return Object.fromEntries(
      found.map(([, labels = '', value]) => [labels, Number(value)]).filter(([, value]) => value !== 0),
    )
  }
  return { app, stored, lines, post, samples, metrics }
}
