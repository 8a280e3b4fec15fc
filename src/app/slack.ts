import { type Ask, startAsk } from '../ask/bolt.ts'
import { createPublisher } from '../ask/publish.ts'
import { createSlackCalls } from '../ask/publish-client.ts'
import type { Config } from '../config.ts'
import type { Log } from '../domain/log.ts'
import { channelOf } from '../domain/severity.ts'
import { type Loop, startLoop } from '../flow/loop.ts'
import type { RemediateDeps } from '../flow/remediate-deps.ts'
import type { SilenceDeps } from '../flow/silence.ts'
import type { Registry } from '../handler/registry.ts'
import type { Database } from '../ledger/database.ts'
import { createSlackLedger } from '../ledger/slack-ledger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CleanUps } from './cleanups.ts'
import { createAskCommands, personBySlack, recordRefusal } from './slack-commands.ts'
import { createAskReads } from './slack-reads.ts'

/** Longest pause between two looks at what Slack should show, in ms. */
const PUBLISH_MS = 1000

export type SlackDeps = {
  config: Config
  flow: RemediateDeps
  alertmanager: SilenceDeps['alertmanager']
  database: Database
  registry: Registry
  metrics: Metrics
  outbox: Loop
  cleanUps: CleanUps
  log: Log
}

/**
 * Starts Slack where a token is set: what people click is decided by the stories, and what the stories become is told.
 * Never a reason not to start: without Slack, deadlines run and the API and the command line decide.
 */
export function startSlack({
  config,
  flow,
  alertmanager,
  database,
  registry,
  metrics,
  outbox,
  cleanUps,
  log,
}: SlackDeps): Ask | null {
  if (config.slackBotToken === null) return null
  const ledger = createSlackLedger(database)
  const { policies, now } = flow
  const wake = (): void => {
    outbox.wake()
    publishing.wake()
  }
  const ask = startAsk({
    botToken: config.slackBotToken,
    signingSecret: config.slackSigningSecret,
    appToken: config.slackAppToken,
    apiUrl: config.slackApiUrl,
    commands: createAskCommands(flow, { ...flow, alertmanager }, wake),
    reads: createAskReads(database, policies, flow, now),
    batchOf: ledger.findBatch,
    personOf: (id) => personBySlack(policies().severity, id),
    refusals: { refused: metrics.ask.refused, record: (refusal) => recordRefusal(flow, refusal) },
    firstSeen: (hash) => ledger.firstSeen(hash, now()),
    now,
    log,
  })
  const publisher = createPublisher({
    ledger,
    // A client of its own: one call is one try. One that waits by itself could outlive the message's lease.
    slack: createSlackCalls(config.slackBotToken, config.slackApiUrl, log),
    channelOf: (system) => channelOf(policies().severity, system),
    setting: {
      canSilence: alertmanager !== null,
      publicUrl: config.publicUrl,
      dangerOf: (handler) => registry.get(handler)?.danger ?? null,
      runbookOf: (system, rule) =>
        policies()
          .policies.find((policy) => policy.system === system)
          ?.rules.find(({ name }) => name === rule)?.runbook ?? null,
    },
    now,
    log,
  })
  const publishing = startLoop('Slack messages', PUBLISH_MS, publisher.publishOnce, log)
  cleanUps.add('Slack messages', publishing.stop)
  cleanUps.add('Slack', ask.close)
  return ask
}
