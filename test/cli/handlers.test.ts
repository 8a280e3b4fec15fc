import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { command } from '../../src/cli/handlers.ts'
import { run } from './io.ts'

const LOOK = `export default {
  summary: 'Look around', target: 'postgres', danger: 'read-only', timeout: '5s', params: {}, run: async () => ({}),
}`

describe('nightshift handlers', () => {
  it('lists those of further folders, named by option or by the environment', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-handlers-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    for (const own of ['one', 'two']) {
      await mkdir(join(folder, own, own), { recursive: true })
      await writeFile(join(folder, own, own, 'look.ts'), LOOK)
    }

    const { out } = await run(command, ['--handlers', join(folder, 'one')], {
      env: { NIGHTSHIFT_HANDLERS: join(folder, 'two') },
    })

    expect(out).toMatch(/^one\/look +read-only +postgres +Look around$/m)
    expect(out).toMatch(/^two\/look /m)
    expect(out).toMatch(/^postgres\/terminate-idle-sessions /m)
  })

  it('lists each handler with danger, kind of target and what it does, in columns', async () => {
    const { code, out } = await run(command, [])

    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines).toContainEqual(
      expect.stringMatching(/^postgres\/terminate-idle-sessions +disruptive +postgres +\S.*idle/),
    )
    expect(new Set(lines.map((line) => line.search(/ (read-only|reversible|disruptive|destructive) /))).size).toBe(1)
  })

  it('does not count its own folder twice when it is named', async () => {
    expect((await run(command, ['--handlers', 'handlers', '--handlers', './handlers'])).code).toBe(0)
  })

  it('gives the same as JSON, sorted by id', async () => {
    const { out } = await run(command, ['--json'])

    const rows = JSON.parse(out) as { id: string }[]
    expect(rows).toContainEqual({
      id: 'postgres/long-running-queries',
      danger: 'read-only',
      target: 'postgres',
      summary: expect.any(String),
    })
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort())
  })
})
