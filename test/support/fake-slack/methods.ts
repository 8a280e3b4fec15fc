import { z } from 'zod'
import { ALL_TEXTS, lengthOfTexts, MessageBlocks, ModalView } from './blocks.ts'

/**
 * The methods of the Web API that Nightshift calls: arguments and errors as https://docs.slack.dev/reference/methods says.
 * Arguments come form-encoded, with structures as JSON text in one field.
 */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue('is not JSON')
        return z.NEVER
      }
    })
    .pipe(schema)

const conversation = z.string().regex(/^[CDGU][A-Z0-9]{2,}$/)
/** Posting alone takes a name as well; everything else needs the id that posting returns. */
const channelName = z.string().regex(/^#[a-z0-9_-]{1,80}$/)
const timestamp = z.string().regex(/^\d{10}\.\d{6}$/)
const flag = z.enum(['true', 'false'])
/** Longer text is cut off by Slack; ours never is, or it is a fault. */
const text = z.string().max(40_000)

const message = {
  channel: conversation,
  text: text.optional(),
  blocks: json(MessageBlocks).optional(),
  mrkdwn: flag.optional(),
  parse: z.enum(['full', 'none']).optional(),
  link_names: flag.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
  metadata: json(
    z.strictObject({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }),
  ).optional(),
  team_id: z.string().optional(),
}

export const METHODS = {
  'auth.test': { scope: null, args: z.strictObject({ team_id: z.string().optional() }) },
  'apps.connections.open': { scope: null, args: z.strictObject({}) },
  'chat.postMessage': {
    scope: 'chat:write',
    args: z.strictObject({
      ...message,
      channel: z.union([conversation, channelName]),
      thread_ts: timestamp.optional(),
      reply_broadcast: flag.optional(),
    }),
  },
  'chat.update': { scope: 'chat:write', args: z.strictObject({ ...message, ts: timestamp }) },
  'chat.delete': { scope: 'chat:write', args: z.strictObject({ channel: conversation, ts: timestamp }) },
  'chat.postEphemeral': {
    scope: 'chat:write',
    args: z.strictObject({ ...message, user: z.string().regex(/^[UW]/), thread_ts: timestamp.optional() }),
  },
  'views.open': {
    scope: null,
    args: z.strictObject({ trigger_id: z.string(), view: json(ModalView), team_id: z.string().optional() }),
  },
} as const

export type MethodName = keyof typeof METHODS
export type MethodArgs<N extends MethodName> = z.infer<(typeof METHODS)[N]['args']>

export type ApiError = { error: string; needed?: string; provided?: string; messages?: string[] }

/** Reads the arguments of a call, or says what Slack would say. */
export function readArgs<N extends MethodName>(method: N, form: URLSearchParams): { args: MethodArgs<N> } | ApiError {
  const { token: _, ...given } = Object.fromEntries(form)
  const read = METHODS[method].args.safeParse(given)
  if (!read.success) {
    const messages = read.error.issues.map(
      ({ path, message }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`,
    )
    const field = read.error.issues[0]?.path[0]
    if (field === 'channel') return { error: 'channel_not_found', messages }
    const error = field === 'blocks' ? 'invalid_blocks' : field === 'text' ? 'msg_too_long' : 'invalid_arguments'
    return { error, messages }
  }
  const args = read.data as MethodArgs<N>
  if ('blocks' in args && lengthOfTexts(args.blocks) > ALL_TEXTS) return { error: 'msg_blocks_too_long' }
  const posts = method === 'chat.postMessage' || method === 'chat.postEphemeral' || method === 'chat.update'
  return posts && !given.text && !given.blocks ? { error: 'no_text' } : { args }
}
