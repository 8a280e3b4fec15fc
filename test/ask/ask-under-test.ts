import { type Ask, type AskOptions, startAsk } from '../../src/ask/bolt.ts'
import type { AskCommands, CommandResult } from '../../src/ask/decisions.ts'
import type { AskRefusal, RefusalRecord } from '../../src/ask/refusal.ts'
import type { Log } from '../../src/domain/log.ts'
import { listen } from '../../src/receive/server.ts'
import { type Deliver, overHttp, overSocket } from '../support/fake-slack/delivery.ts'
import { type FakeOptions, type FakeSlack, startFakeSlack } from '../support/fake-slack/fake-slack.ts'
import type { FakeMessage } from '../support/fake-slack/workspace.ts'

export const ALICE = 'U0ALICE'
export const STRANGER = 'U0STRANGER'
export const DIGEST = 'd'.repeat(64)
export const BATCH = 'b'.repeat(32)
export const WAYS = ['HTTP', 'Socket Mode'] as const
export type Way = (typeof WAYS)[number]

export type Asked = { command: keyof AskCommands; ask: Readonly<Record<string, unknown>> }
export type LogLine = { level: string; message: string; data: Readonly<Record<string, unknown>> }

export type AskUnderTest = {
  fake: FakeSlack
  ask: Ask
  deliver: Deliver
  /** Where the HTTP server listens; only with HTTP. */
  url: string
  clock: { now: Date }
  asked: Asked[]
  recorded: RefusalRecord[]
  counted: AskRefusal[]
  lines: LogLine[]
  seen: Set<string>
  stop: () => Promise<void>
}

export type Given = {
  fake?: FakeOptions
  /** What every command answers. */
  answer?: (asked: Asked) => Promise<CommandResult>
  options?: Partial<AskOptions>
  before?: (fake: FakeSlack) => void
}

/** The real Bolt between a fake Slack and commands that only remember what they were asked. */
export async function askUnderTest(way: Way, given: Given = {}): Promise<AskUnderTest> {
  const fake = await startFakeSlack(given.fake)
  given.before?.(fake)
  const clock = { now: new Date('2026-03-01T03:00:00Z') }
  const asked: Asked[] = []
  const recorded: RefusalRecord[] = []
  const counted: AskRefusal[] = []
  const lines: LogLine[] = []
  const seen = new Set<string>()
  const answer = given.answer ?? (async () => ({ ok: true, state: 'done' }) as const)
  const command = (name: keyof AskCommands) => async (ask: Readonly<Record<string, unknown>>) => {
    asked.push({ command: name, ask })
    return answer({ command: name, ask })
  }
  const line =
    (level: string): Log['info'] =>
    (data, message) =>
      void lines.push({ level, message, data })
  const ask = startAsk({
    botToken: fake.botToken,
    signingSecret: way === 'HTTP' ? fake.signingSecret : null,
    appToken: way === 'HTTP' ? null : fake.appToken,
    apiUrl: fake.apiUrl,
    commands: {
      approve: command('approve'),
      deny: command('deny'),
      acknowledge: command('acknowledge'),
      silence: command('silence'),
      setKillSwitch: command('setKillSwitch'),
    },
    reads: {
      status: async () => 'kill switch off; 1 waits <!channel>',
      incidents: async () => 'none',
      explain: async (labels) => `labels: ${labels}`,
      oncall: async () => 'alice',
    },
    batchOf: async (batch) =>
      batch === BATCH ? [1, 2, 3].map((remediation) => ({ remediation, digest: DIGEST })) : null,
    personOf: (id) => (id === ALICE ? 'alice' : null),
    refusals: { refused: (why) => void counted.push(why), record: async (refusal) => void recorded.push(refusal) },
    firstSeen: async (hash) => !seen.has(hash) && seen.add(hash) !== null,
    now: () => clock.now,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    ...given.options,
  })
  const { handle } = ask
  const server = handle === null ? null : await listen({ fetch: handle, host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${server?.port}/slack/events`
  return {
    fake,
    ask,
    deliver: way === 'HTTP' ? overHttp(fake, url, () => clock.now) : overSocket(fake),
    url,
    clock,
    asked,
    recorded,
    counted,
    lines,
    seen,
    stop: async () => {
      await ask.close()
      await server?.close(0)
      await fake.stop()
    },
  }
}

/** Posts the message that asks, and returns it as it stands in the channel. */
export async function postQuestion({ fake, ask }: AskUnderTest, value: object = {}): Promise<FakeMessage> {
  const carried = JSON.stringify({ remediation: 7, incident: 3, digest: DIGEST, ...value })
  const names = ['approve', 'deny', 'acknowledge', 'silence', 'approve_all', 'deny_all']
  const button = (name: string) =>
    ({ type: 'button', action_id: name, text: { type: 'plain_text', text: name }, value: carried }) as const
  await ask.client.chat.postMessage({
    channel: fake.channel,
    text: 'may it?',
    blocks: [{ type: 'actions', elements: names.map(button) }],
  })
  return fake.messages.at(-1) as FakeMessage
}
