import type { Log } from '../domain/log.ts'
import type { Recent, Untold } from './grouping.ts'
import type { MessageBlock } from './messages/block.ts'
import type { Batch } from './messages/grouped-message.ts'
import type { MessageSetting, Story, StoryEntry } from './messages/story.ts'

/** How far a message has told one incident, or one run by hand: entries of its chain by number. */
export type ToldStory = {
  story: number
  incident: number | null
  byHand: number | null
  headSeq: number
  threadPosition: number
}
/** A message that we have taken, until the lease runs out. */
export type Taken = {
  id: number
  system: string | null
  channel: string
  ts: string | null
  grouped: boolean
  renderedHash: string
  attempt: number
  lease: Date
  stories: readonly ToldStory[]
}

type Placing = {
  lockMessages: () => Promise<void>
  untoldIncidents: (now: Date, limit: number) => Promise<Untold[]>
  untoldRuns: (limit: number) => Promise<{ byHand: number; system: string }[]>
  recentMessages: (since: Date) => Promise<Recent[]>
  insertMessage: (
    message: {
      /** Null: it is never posted. */
      channel: string | null
      system: string | null
      rule: string | null
      grouped: boolean
      incidents: readonly number[]
      byHand: number | null
    },
    at: Date,
  ) => Promise<void>
  addStories: (message: number, incidents: readonly number[]) => Promise<void>
}

/** What the publisher needs of the ledger. */
export type PublishLedger = {
  transaction: <T>(work: (tx: Placing) => Promise<T>) => Promise<T>
  takeMovedMessage: (now: Date, lease: Date) => Promise<Taken | null>
  storiesOf: (incidents: readonly number[]) => Promise<Story[]>
  storiesByHand: (byHand: readonly number[]) => Promise<Story[]>
  entriesBetween: (
    of: Pick<ToldStory, 'incident' | 'byHand'>,
    after: number,
    upTo: number,
    limit: number,
  ) => Promise<StoryEntry[]>
  /** Entries that a person should not miss, of many incidents, each after the last that was told. */
  notableEntries: (stories: readonly ToldStory[]) => Promise<(StoryEntry & { incident: number })[]>
  insertBatch: (id: string, shown: Batch['shown'], at: Date) => Promise<void>
  recordShown: (taken: Taken, shown: { channel: string; ts: string | null; hash: string }, at: Date) => Promise<void>
  recordThread: (told: readonly { story: number; threadPosition: number }[]) => Promise<void>
  recordTold: (taken: Taken, watchUntil: Date | null, at: Date) => Promise<void>
  recordFailure: (taken: Taken, error: string, nextTryAt: Date, at: Date) => Promise<void>
}

/** What every call to Slack carries: nothing in it is unfolded, guessed at or made a mention. */
type Written = {
  channel: string
  text: string
  blocks: MessageBlock[]
  parse: 'none'
  link_names: false
}
export type PostCall = Written & {
  thread_ts?: string
  unfurl_links: false
  unfurl_media: false
  metadata?: { event_type: string; event_payload: { [key: string]: string } }
}
export type UpdateCall = Written & { ts: string }

/** The two calls of Slack's Web API that are made; they throw what @slack/web-api throws. */
export type SlackCalls = {
  postMessage: (call: PostCall) => Promise<{ channel?: string | undefined; ts?: string | undefined }>
  update: (call: UpdateCall) => Promise<unknown>
}

export type PublishDeps = {
  ledger: PublishLedger
  slack: SlackCalls
  /** Number of the channel in which a system's incidents are told; null: they are not told. */
  channelOf: (system: string | null) => string | null
  setting: MessageSetting
  now: () => Date
  log: Log
}
