import type { webApi } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'

/** Far below the 40,000 characters that Slack takes: people read it on a phone. */
const LONGEST = 3500

/** Text for Slack with nothing in it that Slack would act on: no mention, no link, no channel. */
export function harmless(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()} …` : text
  return cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Where a person is to be answered. */
export type Place = { channel: string; user: string; thread?: string | undefined }

export type Tell = (place: Place | null, text: string) => Promise<void>

/** Makes what tells one person something in the channel, unseen by others. A failure is logged: the decision stands without it. */
export function createTell(client: webApi.WebClient, log: Log): Tell {
  return async (place, text) => {
    if (place === null || text === '') return
    try {
      const { channel, user, thread } = place
      const args = { channel, user, text: harmless(text) }
      await client.chat.postEphemeral(thread === undefined ? args : { ...args, thread_ts: thread })
    } catch (error) {
      log.warn({ part: 'slack' }, `a person could not be answered: ${sentence(error)}`)
    }
  }
}
