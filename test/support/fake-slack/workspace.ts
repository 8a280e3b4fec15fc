import { randomUUID } from 'node:crypto'
import type { FakeBlock, FakeView } from './blocks.ts'
import { type ApiError, METHODS, type MethodArgs, type MethodName } from './methods.ts'

export type FakeMessage = {
  channel: string
  ts: string
  text: string
  blocks: readonly FakeBlock[]
  thread: string | null
  /** How often it was edited. */
  edits: number
}
export type FakeEphemeral = { channel: string; user: string; text: string; blocks: readonly FakeBlock[] }

/** What people would see: the state of one fake workspace. */
export type Workspace = {
  messages: FakeMessage[]
  ephemerals: FakeEphemeral[]
  views: FakeView[]
  /** A trigger as a click brings along: good for one modal. */
  newTrigger: () => string
  /** Carries out a method whose arguments are right. */
  run: <N extends MethodName>(method: N, args: MethodArgs<N>) => Record<string, unknown> | ApiError
}

/** `#night` is the name of C0NIGHT: enough to post by name. */
function idOf(name: string): string {
  return `C0${name.slice(1).toUpperCase()}`
}

/** Makes an empty workspace, in which the app is a member of these channels. */
export function createWorkspace(channels: readonly string[], identity: Record<string, unknown>): Workspace {
  const messages: FakeMessage[] = []
  const ephemerals: FakeEphemeral[] = []
  const views: FakeView[] = []
  const triggers = new Set<string>()
  let clock = 1_700_000_000_000_000

  const nextTs = (): string => {
    clock += 1_000_001
    return `${Math.floor(clock / 1e6)}.${String(clock % 1e6).padStart(6, '0')}`
  }
  const find = (channel: string, ts: string): number => messages.findIndex((m) => m.channel === channel && m.ts === ts)
  // Posting to a member id opens the direct messages with that person.
  const place = (channel: string): string =>
    channel.startsWith('#') ? idOf(channel) : channel.startsWith('U') ? `D${channel.slice(1)}` : channel

  const run: Workspace['run'] = (method, given) => {
    const args = given as Record<string, unknown> & { channel: string; ts: string; text?: string; blocks?: FakeBlock[] }
    const channel = METHODS[method].scope === null ? '' : place(args.channel)
    if (/^[CG]/.test(channel) && !channels.includes(channel)) return { error: 'not_in_channel' }
    const shown = { text: args.text ?? '', blocks: args.blocks ?? [] }
    switch (method) {
      case 'auth.test':
        return { ...identity }
      case 'chat.postMessage': {
        const thread = typeof args.thread_ts === 'string' ? args.thread_ts : null
        if (thread !== null && find(channel, thread) < 0) return { error: 'thread_not_found' }
        const message = { channel, ts: nextTs(), ...shown, thread, edits: 0 }
        messages.push(message)
        return { channel, ts: message.ts, message: shown }
      }
      case 'chat.update': {
        const at = find(channel, args.ts)
        const old = messages[at]
        if (old === undefined) return { error: 'message_not_found' }
        messages[at] = { ...old, ...shown, edits: old.edits + 1 }
        return { channel, ts: args.ts, text: shown.text }
      }
      case 'chat.delete': {
        const at = find(channel, args.ts)
        if (at < 0) return { error: 'message_not_found' }
        messages.splice(at, 1)
        return { channel, ts: args.ts }
      }
      case 'chat.postEphemeral':
        ephemerals.push({ channel, user: String(args.user), ...shown })
        return { message_ts: nextTs() }
      case 'views.open':
        if (!triggers.delete(String(args.trigger_id))) return { error: 'exchanged_trigger_id' }
        views.push(args.view as FakeView)
        return { view: { id: `V${views.length}` } }
      default:
        return { error: 'unknown_method' }
    }
  }
  return {
    messages,
    ephemerals,
    views,
    run,
    newTrigger: () => {
      const trigger = randomUUID()
      triggers.add(trigger)
      return trigger
    },
  }
}
