/** What a value must look like; config.ts has the rule of each kind. */
export type SettingKind =
  | 'folder'
  | 'folders'
  | 'host'
  | 'http-url'
  | 'log-level'
  | 'mode'
  | 'port'
  | 'postgres-url'
  | 'redis-url'
  | 'role'
  | 'smtp-url'
  | 'text'

export type Setting = {
  name: string
  kind: SettingKind
  meaning: string
  /** Value that counts when it is not set; null where there is none, and `otherwise` says what happens then. */
  initial: string | null
  otherwise?: string
  /** Its value is never shown. */
  secret?: true
  /** Known, so that nobody takes it for a typo, but read by nothing yet. */
  later?: true
}

/** Every environment variable that Nightshift knows. `docs/configuration.md` and `serve --help` are made from it. */
export const SETTINGS = [
  {
    name: 'DATABASE_URL',
    kind: 'postgres-url',
    meaning: 'PostgreSQL that keeps the ledger, `postgres://…`',
    initial: null,
    otherwise: 'an embedded server below `NIGHTSHIFT_DATA`',
    secret: true,
  },
  {
    name: 'REDIS_URL',
    kind: 'redis-url',
    meaning:
      'queue on Redis or Valkey, `redis://…` or `rediss://…` (TLS); on a Cluster `redis-cluster://host:port,host:port` or `rediss-cluster://…`',
    initial: null,
    otherwise: 'the queue runs on PostgreSQL',
    secret: true,
  },
  { name: 'PORT', kind: 'port', meaning: 'port to listen on', initial: '8080' },
  {
    name: 'HOST',
    kind: 'host',
    meaning: 'address to listen on; without a token only a loopback address',
    initial: null,
    otherwise: '`0.0.0.0` with both tokens, else `127.0.0.1`',
  },
  {
    name: 'NIGHTSHIFT_ROLE',
    kind: 'role',
    meaning: '`receiver` takes webhooks and serves the API, `worker` runs handlers, `all` does both',
    initial: 'all',
  },
  { name: 'NIGHTSHIFT_POLICIES', kind: 'folder', meaning: 'folder of the policies', initial: 'policies' },
  {
    name: 'NIGHTSHIFT_HANDLERS',
    kind: 'folders',
    meaning: 'further folders of handlers, separated by `:`',
    initial: null,
    otherwise: 'only `handlers`',
  },
  {
    name: 'NIGHTSHIFT_DATA',
    kind: 'folder',
    meaning: 'folder of what is kept on this machine: the embedded PostgreSQL',
    initial: '.data',
  },
  {
    name: 'NIGHTSHIFT_MODE',
    kind: 'mode',
    meaning: '`live`, or `shadow`: decide and record, never act',
    initial: 'live',
  },
  {
    name: 'NIGHTSHIFT_WEBHOOK_TOKEN',
    kind: 'text',
    meaning: 'what Alertmanager must send, as bearer token or as basic-auth password',
    initial: null,
    otherwise: 'webhooks from this machine only',
    secret: true,
  },
  {
    name: 'NIGHTSHIFT_API_TOKEN',
    kind: 'text',
    meaning: 'bearer token of the API and the CLI',
    initial: null,
    otherwise: 'API from this machine only',
    secret: true,
  },
  {
    name: 'NIGHTSHIFT_PUBLIC_URL',
    kind: 'http-url',
    meaning: 'address of this service in links that people get',
    initial: null,
    otherwise: 'no links',
  },
  {
    name: 'NIGHTSHIFT_WATCHDOG',
    kind: 'text',
    meaning: 'name of the alert that must keep coming; its silence is an incident',
    initial: null,
    otherwise: 'not watched',
    later: true,
  },
  {
    name: 'PROMETHEUS_URL',
    kind: 'http-url',
    meaning: 'Prometheus that is asked whether a fix helped',
    initial: null,
    otherwise: "the handler's own check decides",
  },
  {
    name: 'ALERTMANAGER_URL',
    kind: 'http-url',
    meaning: 'Alertmanager that is asked whether an alert still fires',
    initial: null,
    otherwise: 'not asked',
  },
  {
    name: 'SLACK_BOT_TOKEN',
    kind: 'text',
    meaning: 'Slack: token of the bot, `xoxb-…`',
    initial: null,
    otherwise: 'no Slack',
    secret: true,
  },
  {
    name: 'SLACK_SIGNING_SECRET',
    kind: 'text',
    meaning: 'Slack over HTTP: secret that signs what Slack posts to `/slack/events`',
    initial: null,
    otherwise: 'nothing from Slack is taken there',
    secret: true,
  },
  {
    name: 'SLACK_APP_TOKEN',
    kind: 'text',
    meaning: 'Slack in Socket Mode: token of the app, `xapp-…`; counts before the signing secret',
    initial: null,
    otherwise: 'no Socket Mode',
    secret: true,
  },
  {
    name: 'SLACK_API_URL',
    kind: 'http-url',
    meaning: 'Slack: another address of its API, for tests',
    initial: null,
    otherwise: '`https://slack.com/api/`',
  },
  {
    name: 'LOG_LEVEL',
    kind: 'log-level',
    meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
    initial: 'info',
  },
  ...later('PAGERDUTY_ROUTING_KEY', 'text', 'PagerDuty: integration key', 'secret'),
  ...later('PAGERDUTY_EVENTS_URL', 'http-url', 'PagerDuty: another Events API address, for tests'),
  ...later('PAGERDUTY_WEBHOOK_SECRET', 'text', 'PagerDuty: secret that signs its webhooks', 'secret'),
  ...later('SMTP_URL', 'smtp-url', 'mail server for pages, `smtp://…` or `smtps://…`', 'secret'),
  ...later('OIDC_ISSUER', 'http-url', 'console log-in: address of the identity provider'),
  ...later('OIDC_CLIENT_ID', 'text', 'console log-in: our client id'),
  ...later('OIDC_CLIENT_SECRET', 'text', 'console log-in: our client secret', 'secret'),
  ...later('OTEL_EXPORTER_OTLP_ENDPOINT', 'http-url', 'OpenTelemetry collector that traces go to'),
] as const satisfies readonly Setting[]

function later<N extends string>(name: N, kind: SettingKind, meaning: string, secret?: 'secret') {
  const setting = { name, kind, meaning, initial: null, otherwise: 'off', later: true } as const
  return [secret === undefined ? setting : ({ ...setting, secret: true } as const)]
}

export type SettingName = (typeof SETTINGS)[number]['name']
