import { webApi } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'

/** Scopes of the bot, and what stops working without each. deploy/slack/manifest.yaml asks for exactly these. */
export const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'no message can be posted or edited, and nobody can be asked',
  commands: '/nightshift does not exist',
}

/** One sentence for each scope that the bot lacks. Undefined: Slack did not say, and nothing is known to be missing. */
export function missingScopes(granted: readonly string[] | undefined): string[] {
  if (granted === undefined) return []
  return Object.entries(SCOPES)
    .filter(([scope]) => !granted.includes(scope))
    .map(
      ([scope, without]) =>
        `the Slack app lacks the scope ${scope}, so ${without}: add it under OAuth & Permissions and install the app again`,
    )
}

const BOT_TOKEN = 'copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions into SLACK_BOT_TOKEN again'
const APP_TOKEN = 'make one with the scope connections:write under Basic Information and put it into SLACK_APP_TOKEN'

/** What to do about what Slack answers; https://docs.slack.dev/reference/methods/auth.test and apps.connections.open. */
const REMEDY: Readonly<Record<string, string>> = {
  invalid_auth: BOT_TOKEN,
  not_authed: BOT_TOKEN,
  account_inactive: `the app was removed from the workspace: install it again, and ${BOT_TOKEN}`,
  token_revoked: BOT_TOKEN,
  token_expired: `token rotation is on, which Nightshift does not do: switch it off, and ${BOT_TOKEN}`,
  missing_scope: 'compare its scopes with deploy/slack/manifest.yaml and install the app again',
}

const CONNECTION_REMEDY: Readonly<Record<string, string>> = {
  ...REMEDY,
  invalid_auth: APP_TOKEN,
  not_authed: APP_TOKEN,
  token_revoked: APP_TOKEN,
  not_allowed_token_type: `that is not an app-level token (xapp-…): ${APP_TOKEN}`,
  missing_scope: APP_TOKEN,
}

/** Why Slack did not say who we are, in one sentence, with what to do. */
export function whyNoAnswer(error: unknown): string {
  return explain(error, 'Slack refuses SLACK_BOT_TOKEN', REMEDY)
}

/** Why there is no connection in Socket Mode, in one sentence, with what to do. */
export function whyNoConnection(error: unknown): string {
  return explain(error, 'Slack refuses SLACK_APP_TOKEN', CONNECTION_REMEDY)
}

function explain(error: unknown, refused: string, remedy: Readonly<Record<string, string>>): string {
  if (error instanceof webApi.WebAPIPlatformError) {
    const code = error.data.error
    return `${refused} (${code}): ${remedy[code] ?? 'see docs/slack.md'}`
  }
  return `Slack does not answer, and is asked again: ${error === undefined ? 'the connection ended' : sentence(error)}`
}
