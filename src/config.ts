import { isIP } from 'node:net'
import { delimiter } from 'node:path'
import { z } from 'zod'
import { NightshiftError, sentence } from './domain/errors.ts'
import { nearest, suggestion } from './domain/suggest.ts'
import { SETTINGS, type Setting, type SettingKind, type SettingName } from './settings.ts'

export const ROLES = ['all', 'receiver', 'worker'] as const
export const OPERATING_MODES = ['live', 'shadow'] as const
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** The environment, read and checked. Tokens and URLs in it are secrets: it must never be logged as a whole. */
export type Config = {
  /** Null: an embedded server below `dataDir`. */
  databaseUrl: string | null
  /** Null: the queue runs on PostgreSQL. */
  redisUrl: string | null
  dataDir: string
  host: string
  port: number
  /** Nobody but this machine can reach us. */
  loopbackOnly: boolean
  role: (typeof ROLES)[number]
  policies: string
  handlers: readonly string[]
  mode: (typeof OPERATING_MODES)[number]
  webhookToken: string | null
  apiToken: string | null
  publicUrl: string | null
  prometheusUrl: string | null
  alertmanagerUrl: string | null
  slackBotToken: string | null
  slackSigningSecret: string | null
  slackAppToken: string | null
  slackApiUrl: string | null
  logLevel: (typeof LOG_LEVELS)[number]
  /** Names that are set, and that nothing reads yet: to be said at the start. */
  unused: readonly SettingName[]
}

export type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads the environment. Each name also exists as NAME_FILE, whose file holds the value. An empty value counts as not set,
 * since that is what compose files and charts pass for "no value".
 * @param readFile returns the text of a file, or throws
 * @throws NightshiftError `config-invalid`; `data.problems` has every problem, and none of them shows a secret
 */
export function readConfig(env: Env, readFile: (path: string) => string): Config {
  const problems = unknownNames(env)
  const found = new Map<string, string>()
  for (const setting of SETTINGS) {
    const value = givenValue(setting.name, env, readFile, problems) ?? setting.initial
    if (value === null) continue
    const checked = KINDS[setting.kind].safeParse(value)
    if (checked.success) found.set(setting.name, value)
    else problems.push(describe(setting, value, checked.error))
  }
  const get = (name: SettingName) => found.get(name) ?? null
  const webhookToken = get('NIGHTSHIFT_WEBHOOK_TOKEN')
  const apiToken = get('NIGHTSHIFT_API_TOKEN')
  const host = get('HOST') ?? (webhookToken !== null && apiToken !== null ? '0.0.0.0' : '127.0.0.1')
  const loopbackOnly = isLoopback(host)
  if (!loopbackOnly && webhookToken === null && apiToken === null) {
    problems.push(
      `HOST: ${host} can be reached from outside, and there is no token; set NIGHTSHIFT_WEBHOOK_TOKEN and NIGHTSHIFT_API_TOKEN, or leave HOST out`,
    )
  }
  const slackBotToken = get('SLACK_BOT_TOKEN')
  const slackSigningSecret = get('SLACK_SIGNING_SECRET')
  const slackAppToken = get('SLACK_APP_TOKEN')
  if (slackBotToken === null && (slackSigningSecret ?? slackAppToken) !== null) {
    problems.push('SLACK_BOT_TOKEN: is not set, and Slack needs it beside the other; nobody could be asked without it')
  }
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n  ${problem}`).join('')
    throw new NightshiftError('config-invalid', `the environment does not fit:${lines}`, { problems })
  }
  return {
    databaseUrl: get('DATABASE_URL'),
    redisUrl: get('REDIS_URL'),
    dataDir: KINDS.folder.parse(get('NIGHTSHIFT_DATA')),
    host,
    port: KINDS.port.parse(get('PORT')),
    loopbackOnly,
    role: KINDS.role.parse(get('NIGHTSHIFT_ROLE')),
    policies: KINDS.folder.parse(get('NIGHTSHIFT_POLICIES')),
    handlers: KINDS.folders.parse(get('NIGHTSHIFT_HANDLERS') ?? ''),
    mode: KINDS.mode.parse(get('NIGHTSHIFT_MODE')),
    webhookToken,
    apiToken,
    publicUrl: get('NIGHTSHIFT_PUBLIC_URL'),
    prometheusUrl: get('PROMETHEUS_URL'),
    alertmanagerUrl: get('ALERTMANAGER_URL'),
    slackBotToken,
    slackSigningSecret,
    slackAppToken,
    slackApiUrl: get('SLACK_API_URL'),
    logLevel: KINDS['log-level'].parse(get('LOG_LEVEL')),
    unused: SETTINGS.filter((setting) => 'later' in setting && found.has(setting.name)).map(({ name }) => name),
  }
}

const url = (...schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => schemes.includes(URL.parse(text)?.protocol ?? ''),
      `expected a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
    )

const KINDS = {
  folder: z.string(),
  folders: z.string().transform((text) => text.split(delimiter).filter((folder) => folder !== '')),
  host: z
    .string()
    .refine(
      (text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text),
      'expected an IP address or a host name',
    ),
  'http-url': url('http:', 'https:'),
  'log-level': z.enum(LOG_LEVELS),
  mode: z.enum(OPERATING_MODES),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'expected a number from 0 to 65535'),
  'postgres-url': url('postgres:', 'postgresql:'),
  // Several hosts do not fit the grammar of URLs: the queue, which knows what to do with them, takes it apart.
  'redis-url': z
    .string()
    .regex(
      /^rediss?:\/\/[^,\s]+$|^rediss?-cluster:\/\/\S+$/,
      'expected redis://…, rediss://…, or for a Cluster redis-cluster://host:port,host:port',
    ),
  role: z.enum(ROLES),
  'smtp-url': url('smtp:', 'smtps:'),
  text: z.string(),
} satisfies Record<SettingKind, z.ZodType>

function givenValue(name: string, env: Env, readFile: (path: string) => string, problems: string[]): string | null {
  const value = env[name] || null
  const file = env[`${name}_FILE`] || null
  if (file === null) return value
  if (value !== null) {
    problems.push(`${name}: is set, and so is ${name}_FILE; leave one out`)
    return null
  }
  try {
    return readFile(file).replace(/\r?\n$/, '') || null
  } catch (error) {
    problems.push(`${name}_FILE: ${file} cannot be read (${sentence(error)})`)
    return null
  }
}

function describe({ name, secret }: Setting, value: string, error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined) return `${name}: is not right`
  const got = secret ? '' : `, got ${JSON.stringify(value)}`
  if (issue.code !== 'invalid_value') return `${name}: ${issue.message}${got}`
  const words = issue.values.map(String)
  return `${name}: expected ${words.join(', ')}${got}${suggestion(value, words)}`
}

const PREFIX = 'NIGHTSHIFT_'

/** Our prefix is ours alone: an unknown name below it is a typo, and a setting that silently does not count. */
function unknownNames(env: Env): string[] {
  const known = SETTINGS.flatMap(({ name }) => [name, `${name}_FILE`])
  const tails = known.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const meant = nearest(name.slice(PREFIX.length), tails)
      return `${name}: is not a setting of Nightshift${meant === null ? '' : `; did you mean "${PREFIX}${meant}"?`}`
    })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
