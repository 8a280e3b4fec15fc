import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SCOPES } from '../../src/ask/startup.ts'
import { textOf } from '../repo/repo-files.ts'

type Manifest = {
  features: { slash_commands: { command: string; url?: string; should_escape: boolean }[] }
  oauth_config: { scopes: { bot: string[] } }
  settings: { interactivity: { is_enabled: boolean; request_url?: string }; socket_mode_enabled: boolean }
}
const OURS = `\${NIGHTSHIFT_PUBLIC_URL}/slack/events`

describe.each([
  ['manifest.yaml', OURS, false],
  ['manifest-socket-mode.yaml', undefined, true],
])('deploy/slack/%s', (file, url, socketMode) => {
  const manifest = parse(textOf(`deploy/slack/${file}`)) as Manifest

  test('asks for exactly the scopes that the start demands, and docs/slack.md says what each is for', () => {
    expect(manifest.oauth_config.scopes).toEqual({ bot: Object.keys(SCOPES) })
    for (const scope of Object.keys(SCOPES)) expect(textOf('docs/slack.md')).toContain(`| \`${scope}\` |`)
  })

  test('brings clicks and the one command to where they are listened for', () => {
    const { features, settings } = manifest
    expect(settings.interactivity.is_enabled).toBe(true)
    expect(settings.interactivity.request_url).toBe(url)
    expect(features.slash_commands).toMatchObject([{ command: '/nightshift', should_escape: false }])
    expect(features.slash_commands[0]?.url).toBe(url)
    expect(settings.socket_mode_enabled).toBe(socketMode)
  })
})
