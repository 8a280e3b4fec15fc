import { createPublisher } from '../../src/ask/publish.ts'
import { createSlackCalls } from '../../src/ask/publish-client.ts'
import { silentLog } from '../../src/domain/log.ts'
import { createSlackLedger } from '../../src/ledger/slack-ledger.ts'
import { openStory } from '../flow/story.ts'
import { startFakeSlack } from '../support/fake-slack/fake-slack.ts'

/** A story, a FAKE Slack, and publishers that bring the one to the other through Slack's own client. */
export async function openPublishing(options: Parameters<typeof openStory>[0] = {}) {
  const story = await openStory(options)
  const fake = await startFakeSlack()
  const ledger = createSlackLedger(story.db)
  const channels = { of: (_: string | null): string | null => fake.channel }
  const publisher = () => {
    return createPublisher({
      ledger,
      slack: createSlackCalls(fake.botToken, fake.apiUrl, silentLog),
      channelOf: (system) => channels.of(system),
      setting: { publicUrl: 'https://night.example', dangerOf: () => 'disruptive', runbookOf: () => null },
      now: story.clock.now,
      log: silentLog,
    })
  }
  const own = publisher()
  return {
    story,
    fake,
    channels,
    ledger,
    publisher,
    publish: own.publishOnce,
    /** Messages in the channel, and replies in their threads. */
    messages: () => fake.messages.filter(({ thread }) => thread === null),
    replies: () => fake.messages.filter(({ thread }) => thread !== null).map(({ text }) => text),
    async close() {
      await fake.stop()
      await story.close()
    },
  }
}

export type Publishing = Awaited<ReturnType<typeof openPublishing>>
