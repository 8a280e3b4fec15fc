import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadHandlers } from '../../src/handler/registry.ts'
import { checkPolicies } from '../../src/policy/load.ts'
import { REPO, textOf } from './repo-files.ts'

const README = textOf('README.md')

/** The fenced blocks of a language, without the indent of the list that they may stand in. */
function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)\\n *\`\`\`$`, 'gm'))].map(
    ([, indent = '', text = '']) => text.replace(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

describe('the README', () => {
  test('begins a newcomer with one command, and names the one for tests', () => {
    expect(README).toContain('npm ci && npm run demo')
    expect(README).toContain('npm ci && npm test')
  })

  test('shows a policy that passes the check as it stands', async () => {
    const [policy] = blocks('yaml').filter((text) => text.startsWith('system:'))
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-readme-'))
    try {
      writeFileSync(join(folder, 'shop.yaml'), policy ?? '')
      cpSync(join(REPO, 'policies/severity.yaml'), join(folder, 'severity.yaml'))
      const { set, problems } = await checkPolicies(folder, await loadHandlers([join(REPO, 'handlers')]))
      expect(problems).toEqual([])
      expect(set?.policies.map(({ system }) => system)).toEqual(['shop'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('shows an Alertmanager receiver that sends as the shipped one does', () => {
    type Receivers = { receivers: { webhook_configs: Record<string, unknown>[] }[] }
    const hookOf = (text: string) => (parse(text) as Receivers).receivers[0]?.webhook_configs[0]
    const shown = hookOf(blocks('yaml').find((text) => text.startsWith('receivers:')) ?? '')
    const shipped = hookOf(textOf('deploy/alertmanager/alertmanager.yml'))
    expect(new URL(String(shown?.url)).pathname).toBe(new URL(String(shipped?.url)).pathname)
    for (const key of ['send_resolved', 'max_alerts']) expect(shown?.[key]).toBe(shipped?.[key])
  })

  test('shows a handler that loads: its import, its shape, its parameters', () => {
    const [handler] = blocks('ts')
    const program = `${handler?.replace('export default', 'const handler =')}
      console.log(JSON.stringify([handler.danger, handler.params.safeParse({}).success, typeof handler.verify]))`
    const printed = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
      cwd: REPO,
      encoding: 'utf8',
    })
    expect(JSON.parse(printed)).toEqual(['reversible', true, 'function'])
  })
})
