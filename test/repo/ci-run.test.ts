import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REPO, textOf } from './repo-files.ts'

/** What the stand-ins for npm and the installer do. */
type Machine = {
  failing?: string
  installer?: number
  totals?: [passed: number, failed: number, skipped: number] | null
}

/** An npm that notes what it was asked, fails where it is told to, and writes the totals where the runner would. */
const NPM = `#!/usr/bin/env bash
echo "npm $* all-servers=\${TEST_ALL_SERVERS:-0} ci=$CI" >> "$NOTES"
last="\${@: -1}"
[[ "$1" == test && -n "$TOTALS" ]] && printf '%s' "$TOTALS" > "\${last##*=}"
[[ "$*" == "$FAILING"* && -n "$FAILING" ]] && exit 1
exit 0
`

function runCi({ failing = '', installer = 0, totals = [7, 0, 2] }: Machine) {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-ci-'))
  try {
    for (const part of ['.ci', 'bin', 'scripts']) mkdirSync(join(folder, part))
    cpSync(join(REPO, '.ci/run'), join(folder, '.ci/run'))
    const program = (path: string, text: string) => {
      writeFileSync(join(folder, path), text)
      chmodSync(join(folder, path), 0o755)
    }
    program('bin/npm', NPM)
    program('scripts/install-test-servers', `#!/bin/sh\nexit ${installer}\n`)
    const json = totals && {
      numPassedTests: totals[0],
      numFailedTests: totals[1],
      numPendingTests: totals[2],
      numTodoTests: 0,
    }
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      NOTES: join(folder, 'notes'),
      TOTALS: json ? JSON.stringify(json) : '',
      FAILING: failing,
    }
    const { status, stdout } = spawnSync('bash', [join(folder, '.ci/run')], { env, encoding: 'utf8' })
    const asked = readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n')
    return { status, last: stdout.trimEnd().split('\n').at(-1), asked }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('.ci/run', () => {
  test('is an executable bash script that stops at errors', () => {
    expect(() => accessSync(join(REPO, '.ci/run'), constants.X_OK)).not.toThrow()
    expect(textOf('.ci/run')).toContain('set -euo pipefail')
  })

  test("ends with the runner's own totals, and with 0, when all is well", () => {
    const { status, last, asked } = runCi({})
    expect({ status, last }).toEqual({ status: 0, last: '7 passed, 0 failed, 2 skipped' })
    expect(asked.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'ci --no-audit',
      'run lint',
      'run types',
      'run directions',
      'test --',
      'run demo',
    ])
    expect(asked.every((line) => line.endsWith('ci=true'))).toBe(true)
  })

  test.each(['ci', 'run lint', 'run types', 'run directions'])(
    'stops when npm %s fails, before any test',
    (failing) => {
      const { status, last, asked } = runCi({ failing })
      expect({ status, last }).toEqual({ status: 1, last: '0 passed, 1 failed, 0 skipped' })
      expect(asked.at(-1)).toContain(`npm ${failing}`)
    },
  )

  test.each<[what: string, machine: Machine, last: string]>([
    ['a test fails', { failing: 'test', totals: [6, 1, 2] }, '6 passed, 1 failed, 2 skipped'],
    ['a test file cannot be loaded', { failing: 'test', totals: [6, 0, 2] }, '6 passed, 1 failed, 2 skipped'],
    ['the runner dies without a report', { failing: 'test', totals: null }, '0 passed, 1 failed, 0 skipped'],
    ['the runner leaves no report but says that all is well', { totals: null }, '0 passed, 1 failed, 0 skipped'],
    ['the demo fails', { failing: 'run demo' }, '7 passed, 1 failed, 2 skipped'],
  ])('is red when %s', (_what, machine, last) => {
    expect(runCi(machine)).toMatchObject({ status: 1, last })
  })

  test('lets no suite be skipped for want of a server that it could install', () => {
    const asked = (installer: number) => runCi({ installer }).asked.find((line) => line.startsWith('npm test'))
    expect(asked(0)).toContain('all-servers=1')
    expect(asked(1)).toContain('all-servers=0')
  })
})
