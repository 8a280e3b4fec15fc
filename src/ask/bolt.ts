import { type Receiver, webApi } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { createAdmission } from './admission.ts'
import { createTell } from './answer.ts'
import { createBoltApp, guardApp, trackApp } from './bolt-app.ts'
import { boltLog, withoutTokens } from './bolt-log.ts'
import { addSlashCommand } from './commands.ts'
import type { AskCommands, AskReads, BatchOf, PersonOf } from './decisions.ts'
import { createHttpReceiver } from './hono-receiver.ts'
import { addListeners } from './listeners.ts'
import type { RefusalSink } from './refusal.ts'
import { addSelfTest } from './self-test.ts'
import { createSocketReceiver, type SocketReceiver } from './socket-receiver.ts'
import { askStanding } from './standing.ts'
import { inTime } from './time-limit.ts'

export type AskOptions = {
  botToken: string
  /** HTTP: requests come to `handle`. */
  signingSecret: string | null
  /** Socket Mode: requests come over a connection that we open. It counts where both are given. */
  appToken: string | null
  /** Another address of Slack's API, for tests. */
  apiUrl: string | null
  commands: AskCommands
  reads: AskReads
  batchOf: BatchOf
  personOf: PersonOf
  refusals: RefusalSink
  /** True when nobody, in any replica, was told of this hash before. Throws while the ledger is away. */
  firstSeen: (hash: string) => Promise<boolean>
  now: () => Date
  log: Log
}

export type Ask = {
  /** For everything that is posted: one client, so that one queue keeps to Slack's rate limits. */
  client: webApi.WebClient
  /** Answers POST /slack/events; null when clicks come another way, or not at all. */
  handle: ((request: Request) => Promise<Response>) | null
  /** What is wrong with the set-up, each in one sentence. Never a reason to stop: incidents are worked on without Slack. */
  problems: () => readonly string[]
  close: () => Promise<void>
}

/** A call that Slack does not answer is given up after this, in ms, and tried again this often. */
const CALL_MS = 10_000
const RETRIES = { retries: 3, minTimeout: 500, maxTimeout: 5000, factor: 2 }
/** Longest wait for decisions under way when the service stops, in ms. */
const GRACE_MS = 5000

const DEAF =
  'SLACK_BOT_TOKEN is set, and neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is: messages go out, and their buttons do nothing'

/** Starts Slack. Returns at once, whatever Slack does; what is wrong with the set-up is said in the log and in `problems`. */
export function startAsk(options: AskOptions): Ask {
  const { botToken, appToken, signingSecret, apiUrl, commands, reads, batchOf, personOf, firstSeen, now } = options
  const log = withoutTokens(options.log)
  const refusals = withoutFailing(options.refusals, log)
  const logger = boltLog(log)
  const clientOptions: webApi.WebClientOptions = {
    logger,
    timeout: CALL_MS,
    retryConfig: RETRIES,
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
  }
  const client = new webApi.WebClient(botToken, clientOptions)
  const standing = askStanding(client, appOf(appToken), log)
  const admit = createAdmission({ identity: standing.identity, firstSeen, refusals, log })
  const tell = createTell(client, log)

  let socket: SocketReceiver | null = null
  let handle: Ask['handle'] = null
  const problems = (): readonly string[] => {
    const transport = socket === null && handle === null ? DEAF : (socket?.problem() ?? null)
    return transport === null ? standing.problems() : [...standing.problems(), transport]
  }
  let waitForDecisions: () => Promise<unknown> = async () => {}
  const wire = (receiver: Receiver, guarded: boolean): void => {
    const app = createBoltApp({ receiver, botToken, standing, clientOptions, logger })
    if (guarded) guardApp(app, admit)
    waitForDecisions = trackApp(app)
    addListeners(app, { client, commands, batchOf, personOf, refusals, tell, log })
    addSelfTest(app, personOf, tell)
    addSlashCommand(app, { reads, commands, personOf, refusals, problems, log })
  }

  if (appToken !== null) {
    socket = createSocketReceiver({ appToken, clientOptions, logger, log })
    wire(socket.receiver, true)
    socket.start()
  } else if (signingSecret !== null) {
    const receiver = createHttpReceiver({ signingSecret, admit, refused: refusals.refused, now })
    wire(receiver, false)
    handle = receiver.handle
  } else log.warn({ part: 'slack' }, DEAF)

  return {
    client,
    handle,
    problems,
    close: async () => {
      standing.close()
      await socket?.close()
      await inTime(GRACE_MS, waitForDecisions())
    },
  }
}

/** `xapp-1-A0123ABCDEF-…` names its app. */
function appOf(appToken: string | null): string | null {
  return /^xapp-\d-(A[A-Z0-9]+)-/.exec(appToken ?? '')?.[1] ?? null
}

/** A refusal stands whether it could be written down or not. */
function withoutFailing({ refused, record }: RefusalSink, log: Log): RefusalSink {
  return {
    refused,
    record: async (refusal) => {
      try {
        await record(refusal)
      } catch (error) {
        log.error({ part: 'slack', ...refusal, err: error }, `a refusal is not in the ledger: ${sentence(error)}`)
      }
    },
  }
}
