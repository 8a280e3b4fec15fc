import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { severityOfLabel } from '../../src/domain/severity.ts'
import { describeWith, serverPath } from '../support/real-servers.ts'
import { alertFiles, alertRules } from './alert-rules.ts'

describe('the alerting rules', () => {
  test('are there, and each file of them has tests', () => {
    expect(alertRules().length).toBeGreaterThan(5)
    for (const file of alertFiles('.rules.yaml')) expect(existsSync(file.replace('.rules.', '.rules.test.'))).toBe(true)
  })

  describe.each(alertRules().map((rule) => [rule.alert, rule] as const))(
    '%s',
    (alert, { file, labels, annotations }) => {
      test('says which system, how bad, and which target', () => {
        expect(file).toContain(`/${labels.system}.rules.yaml`)
        expect(severityOfLabel(labels.severity)).toBe(labels.severity)
        expect(labels.target).toMatch(/^[a-z-]+$/)
      })

      test('tells a person what it means, and how it differs from the runbook that it comes from', () => {
        for (const text of ['summary', 'description', 'correction']) expect(annotations[text]).toMatch(/\S{2,} .*\S/)
      })

      test('points at a section of a runbook that exists', () => {
        const [page, section] = (annotations.runbook_url ?? '').split('#')
        const headings = readFileSync(page ?? '', 'utf8').match(/^## .*$/gm) ?? []
        expect(headings.map((heading) => heading.slice(3).toLowerCase().replaceAll(' ', '-'))).toContain(section)
      })

      test('is raised, or seen to stay quiet, by a test of its own', () => {
        expect(readFileSync(file.replace('.rules.', '.rules.test.'), 'utf8')).toContain(alert)
      })
    },
  )
})

describeWith(['promtool'], 'the alerting rules in the eyes of Prometheus', () => {
  test.each(alertFiles('.rules.yaml'))('%s is valid', (file) => {
    expect(promtool('check', 'rules', file)).toMatch(/SUCCESS: \d+ rules found/)
  })

  test.each(alertFiles('.rules.test.yaml'))('%s passes', (file) => {
    expect(promtool('test', 'rules', file)).toContain('SUCCESS')
  })
})

/** What promtool says; throws with its words when it finds something. */
function promtool(...args: string[]): string {
  return execFileSync(serverPath('promtool'), args, { encoding: 'utf8' })
}
