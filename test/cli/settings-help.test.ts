import { expect, test } from 'vitest'
import { command } from '../../src/cli/serve.ts'
import { settingsHelp } from '../../src/cli/settings-help.ts'
import { SETTINGS } from '../../src/settings.ts'

test('serve --help names every setting that is read, with its default', () => {
  for (const { name } of SETTINGS.filter((setting) => !('later' in setting)))
    expect(command.usage).toContain(`  ${name} (`)
  expect(command.usage).not.toContain('PAGERDUTY_ROUTING_KEY')
})

test('a setting is one line with its default and one with its meaning, as plain text', () => {
  const help = settingsHelp([
    { name: 'PORT', kind: 'port', meaning: 'port to listen on', initial: '8080' },
    { name: 'REDIS_URL', kind: 'redis-url', meaning: '`redis://…`', initial: null, otherwise: 'on `PostgreSQL`' },
    { name: 'SOON', kind: 'text', meaning: 'later', initial: null, later: true },
  ])
  expect(help).toBe(`  PORT (default: 8080)
      port to listen on
  REDIS_URL (default: on PostgreSQL)
      redis://…`)
})
