import { webApi } from '@slack/bolt'
import type { Log } from '../domain/log.ts'
import { boltLog, withoutTokens } from './bolt-log.ts'
import type { SlackCalls } from './publish-deps.ts'

/** A call that Slack does not answer is given up after this, in ms: far within a message's lease. */
const CALL_MS = 10_000

/**
 * Makes the publisher's own client: one call is one try. When Slack is away or wants to be left alone, the publisher waits,
 * with the message handed back: a client that tries again by itself would hold on to it while another replica takes it over.
 * @param apiUrl another address of the Web API; null: Slack's
 */
export function createSlackCalls(botToken: string, apiUrl: string | null, log: Log): SlackCalls {
  const { chat } = new webApi.WebClient(botToken, {
    logger: boltLog(withoutTokens(log)),
    timeout: CALL_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
  })
  return { postMessage: (call) => chat.postMessage(call), update: (call) => chat.update(call) }
}
