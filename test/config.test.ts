import { describe, expect, test } from 'vitest'
import { type Config, type Env, readConfig } from '../src/config.ts'
import { NightshiftError } from '../src/domain/errors.ts'
import { SETTINGS } from '../src/settings.ts'
import { configurationPage } from './support/configuration-page.ts'

const noFiles = (path: string): string => {
  throw new Error(`ENOENT: no such file, open '${path}'`)
}

function read(env: Env, files: Record<string, string> = {}): Config {
  return readConfig(env, (path) => files[path] ?? noFiles(path))
}

function problemsOf(env: Env, files: Record<string, string> = {}): string[] {
  try {
    read(env, files)
  } catch (error) {
    if (!(error instanceof NightshiftError) || error.code !== 'config-invalid') throw error
    const problems = error.data.problems as string[]
    for (const problem of problems) expect(error.message).toContain(problem)
    return problems
  }
  return []
}

const BOTH_TOKENS = { NIGHTSHIFT_WEBHOOK_TOKEN: 'w', NIGHTSHIFT_API_TOKEN: 'a' }

test('an empty environment gives the embedded default, on loopback', () => {
  expect(read({})).toEqual({
    databaseUrl: null,
    redisUrl: null,
    dataDir: '.data',
    host: '127.0.0.1',
    port: 8080,
    loopbackOnly: true,
    role: 'all',
    policies: 'policies',
    handlers: [],
    mode: 'live',
    webhookToken: null,
    apiToken: null,
    publicUrl: null,
    prometheusUrl: null,
    alertmanagerUrl: null,
    slackBotToken: null,
    slackSigningSecret: null,
    slackAppToken: null,
    slackApiUrl: null,
    logLevel: 'info',
    unused: [],
  })
})

test('each value that is set counts', () => {
  const env = {
    ...BOTH_TOKENS,
    DATABASE_URL: 'postgresql://u:p@db/nightshift?sslmode=require',
    REDIS_URL: 'rediss-cluster://u:p@one:7000,two:7001',
    NIGHTSHIFT_DATA: '/srv/data',
    HOST: '10.0.0.7',
    PORT: '0',
    NIGHTSHIFT_ROLE: 'receiver',
    NIGHTSHIFT_POLICIES: '/etc/nightshift',
    NIGHTSHIFT_HANDLERS: '/one:/two',
    NIGHTSHIFT_MODE: 'shadow',
    NIGHTSHIFT_PUBLIC_URL: 'https://nightshift.example',
    PROMETHEUS_URL: 'http://prometheus:9090/',
    ALERTMANAGER_URL: 'http://alertmanager:9093',
    LOG_LEVEL: 'debug',
    SLACK_BOT_TOKEN: 'xoxb-1',
    SLACK_SIGNING_SECRET: 'signs',
    SLACK_APP_TOKEN: 'xapp-1',
    SLACK_API_URL: 'http://127.0.0.1:9/api/',
    PAGERDUTY_ROUTING_KEY: 'later',
    UNRELATED: 'ignored',
  }
  expect(read(env)).toEqual({
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    dataDir: '/srv/data',
    host: '10.0.0.7',
    port: 0,
    loopbackOnly: false,
    role: 'receiver',
    policies: '/etc/nightshift',
    handlers: ['/one', '/two'],
    mode: 'shadow',
    webhookToken: 'w',
    apiToken: 'a',
    publicUrl: env.NIGHTSHIFT_PUBLIC_URL,
    prometheusUrl: env.PROMETHEUS_URL,
    alertmanagerUrl: env.ALERTMANAGER_URL,
    slackBotToken: 'xoxb-1',
    slackSigningSecret: 'signs',
    slackAppToken: 'xapp-1',
    slackApiUrl: env.SLACK_API_URL,
    logLevel: 'debug',
    unused: ['PAGERDUTY_ROUTING_KEY'],
  })
})

test('an empty value is no value, as compose files pass it', () => {
  expect(read({ PORT: '', DATABASE_URL: '', NIGHTSHIFT_ROLE: '', REDIS_URL_FILE: '' })).toEqual(read({}))
})

describe('who can reach the service', () => {
  test.each([
    ['no token', {}, '127.0.0.1', true],
    ['one token', { NIGHTSHIFT_API_TOKEN: 'a' }, '127.0.0.1', true],
    ['both tokens', BOTH_TOKENS, '0.0.0.0', false],
    ['both tokens and a loopback address', { ...BOTH_TOKENS, HOST: '127.0.0.2' }, '127.0.0.2', true],
    ['one token and an address', { NIGHTSHIFT_WEBHOOK_TOKEN: 'w', HOST: '::' }, '::', false],
    ['no token and a loopback name', { HOST: 'localhost' }, 'localhost', true],
    ['no token and the IPv6 loopback', { HOST: '::1' }, '::1', true],
  ])('with %s', (_, env, host, loopbackOnly) => {
    expect(read(env)).toMatchObject({ host, loopbackOnly })
  })

  test.each(['0.0.0.0', '::', '10.1.2.3', 'nightshift.example', '127.example.com'])(
    'without a token, %s is refused',
    (host) => {
      expect(problemsOf({ HOST: host })).toEqual([expect.stringContaining(`HOST: ${host} can be reached from outside`)])
    },
  )
})

describe('a value from a file', () => {
  test('is read without the newline at its end', () => {
    const config = read({ NIGHTSHIFT_API_TOKEN_FILE: '/run/token' }, { '/run/token': 'from file\n' })
    expect(config.apiToken).toBe('from file')
  })

  test('is a problem when the file cannot be read', () => {
    expect(problemsOf({ DATABASE_URL_FILE: '/run/gone' })).toEqual([
      "DATABASE_URL_FILE: /run/gone cannot be read (ENOENT: no such file, open '/run/gone')",
    ])
  })

  test('is a problem beside a value that is given directly', () => {
    expect(problemsOf({ PORT: '80', PORT_FILE: '/p' }, { '/p': '81' })).toEqual([
      'PORT: is set, and so is PORT_FILE; leave one out',
    ])
  })
})

describe('a wrong value', () => {
  test.each([
    ['PORT', '80x', 'PORT: expected a number from 0 to 65535, got "80x"'],
    ['PORT', '70000', 'PORT: expected a number from 0 to 65535, got "70000"'],
    ['PORT', '-1', 'PORT: expected a number from 0 to 65535, got "-1"'],
    [
      'NIGHTSHIFT_ROLE',
      'reciever',
      'NIGHTSHIFT_ROLE: expected all, receiver, worker, got "reciever"; did you mean "receiver"?',
    ],
    ['NIGHTSHIFT_MODE', 'dry', 'NIGHTSHIFT_MODE: expected live, shadow, got "dry"'],
    ['LOG_LEVEL', 'verbose', 'LOG_LEVEL: expected trace, debug, info, warn, error, fatal, silent, got "verbose"'],
    [
      'PROMETHEUS_URL',
      'prometheus:9090',
      'PROMETHEUS_URL: expected a URL that begins with http:// or https://, got "prometheus:9090"',
    ],
    [
      'DATABASE_URL',
      'mysql://u:hunter2@db',
      'DATABASE_URL: expected a URL that begins with postgres:// or postgresql://',
    ],
    [
      'REDIS_URL',
      'redis://:hunter2@a,b',
      'REDIS_URL: expected redis://…, rediss://…, or for a Cluster redis-cluster://host:port,host:port',
    ],
    ['HOST', 'not a host', 'HOST: expected an IP address or a host name, got "not a host"'],
    [
      'NIGHTSHIFT_POLCIES',
      'x',
      'NIGHTSHIFT_POLCIES: is not a setting of Nightshift; did you mean "NIGHTSHIFT_POLICIES"?',
    ],
    ['NIGHTSHIFT_XYZ', 'x', 'NIGHTSHIFT_XYZ: is not a setting of Nightshift'],
  ])('%s=%s stops the start with one line', (name, value, problem) => {
    expect(problemsOf({ ...BOTH_TOKENS, [name]: value })).toEqual([problem])
  })

  test.each(['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'])('%s without the token of the bot stops the start', (name) => {
    expect(problemsOf({ [name]: 'x' })).toEqual([expect.stringContaining('SLACK_BOT_TOKEN: is not set')])
  })

  test('does not hide the others: all problems are listed at once', () => {
    const problems = problemsOf({
      PORT: 'x',
      NIGHTSHIFT_MODE: 'x',
      NIGHTSHIFT_TYPO: 'x',
      DATABASE_URL: 'x',
      HOST: '0.0.0.0',
    })
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'HOST',
      'NIGHTSHIFT_MODE',
      'NIGHTSHIFT_TYPO',
      'PORT',
    ])
  })

  test.each(SETTINGS.filter((setting) => 'secret' in setting).map(({ name }) => name))(
    'of %s is never shown, it is a secret',
    (name) => {
      const problems = problemsOf({ [name]: 'hunter2 hunter2', [`${name}_FILE`]: '/f', PORT: 'x' }, { '/f': 'hunter2' })
      expect(problems).toHaveLength(2)
      expect(problems.join()).not.toContain('hunter2')
      expect(problemsOf({ [name]: 'hunter2 hunter2' }).join()).not.toContain('hunter2')
    },
  )
})

test('every setting that carries a password or a token is marked as a secret', () => {
  const looksSecret = SETTINGS.filter(({ name }) => /TOKEN|SECRET|KEY$|^(DATABASE|REDIS|SMTP)_URL/.test(name))
  expect(looksSecret.filter((setting) => !('secret' in setting))).toEqual([])
})

test('docs/configuration.md tells of every setting as the code has it (vitest -u writes it anew)', async () => {
  await expect(configurationPage(SETTINGS)).toMatchFileSnapshot('../docs/configuration.md')
})
