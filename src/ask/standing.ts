import type { webApi } from '@slack/bolt'
import type { Log } from '../domain/log.ts'
import { missingScopes, whyNoAnswer } from './startup.ts'

/** Who we are to Slack. */
export type Identity = {
  team: string
  /** Null when Slack does not say: the signing secret, which belongs to one app, vouches then. */
  app: string | null
  botId: string
  botUserId: string
}

export type Standing = {
  /** Asked until Slack answers, then remembered. Null while it does not. */
  identity: () => Promise<Identity | null>
  /** What is wrong, each in one sentence that says what to do. Empty when all is well, and before the first answer. */
  problems: () => readonly string[]
  close: () => void
}

/** Slack that is away, or a token that is wrong, is asked again after this, in ms. */
const AGAIN_MS = 30_000

/**
 * Asks Slack who we are and what we may, at once and again until it is known. What is wrong is said in the log when it
 * changes; it never holds up the start, since incidents are worked on without Slack, too.
 * @param appOf the app id, where the app-level token tells it
 */
export function askStanding(
  client: webApi.WebClient,
  appOf: string | null,
  log: Log,
  againMs: number = AGAIN_MS,
): Standing {
  let known: Identity | null = null
  let problems: readonly string[] = []
  let asking: Promise<Identity | null> | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const report = (found: readonly string[]): void => {
    for (const problem of found) if (!problems.includes(problem)) log.warn({ part: 'slack' }, problem)
    problems = found
  }
  const ask = async (): Promise<Identity | null> => {
    try {
      const answer = await client.auth.test({})
      const { team_id: team, bot_id: botId, user_id: botUserId } = answer
      if (!team || !botId || !botUserId) {
        report(["SLACK_BOT_TOKEN is not a bot's token: copy the Bot User OAuth Token, which begins with xoxb-"])
        return null
      }
      known = { team, app: answer.app_id ?? appOf, botId, botUserId }
      report(missingScopes(answer.response_metadata?.scopes))
      log.info({ workspace: answer.team, team, bot: answer.user }, 'Slack knows us')
      return known
    } catch (error) {
      report([whyNoAnswer(error)])
      return null
    } finally {
      if (known === null && !closed) timer = setTimeout(() => void identity(), againMs).unref()
    }
  }
  const identity = async (): Promise<Identity | null> => {
    if (known !== null || closed) return known
    clearTimeout(timer)
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }
  void identity()
  return {
    identity,
    problems: () => problems,
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
