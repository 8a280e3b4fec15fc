import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isThere, pages, textOf } from './repo-files.ts'

type Named = { page: string; name: string }

/** Everything that the pages say in this way: the first group of the pattern, with the page that says it. */
function named(pattern: RegExp, from: readonly string[] = pages()): Named[] {
  return from.flatMap((page) =>
    [...textOf(page).matchAll(pattern)].map((match) => ({ page, name: match[1] as string })),
  )
}

/** GitHub's anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string))
}

const FOLDERS = 'src|test|handlers|policies|docs|deploy|scripts|bench|\\.ci'

describe('documents', () => {
  test('are all there', () => {
    for (const page of [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'LICENSE',
      'docs/glossary.md',
      'docs/operations.md',
    ])
      expect(isThere(page), page).toBe(true)
  })

  test('name only paths that exist', () => {
    const paths = named(new RegExp(`(?<![\\w./-])((?:${FOLDERS})/[\\w.{}@/-]*[\\w/])(?![\\w<*…])`, 'g'))
    expect(paths.length).toBeGreaterThan(30)
    expect(paths.filter(({ name }) => !isThere(name))).toEqual([])
  })

  test('link only to pages and headings that exist', () => {
    const links = named(/\]\((?!https?:)([^)]+)\)/g)
    expect(links.length).toBeGreaterThan(5)
    const broken = links.filter(({ page, name }) => {
      const [path = '', anchor] = name.split('#')
      const to = path === '' ? page : posix.join(posix.dirname(page), path)
      return !isThere(to) || (anchor !== undefined && !anchorsOf(to).includes(anchor))
    })
    expect(broken).toEqual([])
  })

  test('name only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const runs = named(/\bnpm run ([\w:-]+)/g, [...pages(), '.ci/run'])
    expect(runs.length).toBeGreaterThan(4)
    expect(runs.filter(({ name }) => scripts[name] === undefined)).toEqual([])
  })

  test('name only commands that the program has', () => {
    const commands = named(
      /\bnightshift ([a-z][a-z-]+)\b(?= |`|$)/gm,
      ['README.md', 'CONTRIBUTING.md', 'docs/operations.md'].filter(isThere),
    ).concat(named(/"src\/main\.ts", "([a-z-]+)"/g, ['Dockerfile', 'docker-compose.yml']))
    expect(commands.length).toBeGreaterThan(2)
    const known = textOf('src/main.ts')
    expect(commands.filter(({ name }) => !known.includes(`./cli/${name}.ts`))).toEqual([])
  })

  test('number the decisions without a gap, list each one, and give each its drivers and its price', () => {
    const records = pages().filter((page) => /^docs\/adr\/\d/.test(page))
    expect(records.map((page) => Number(page.slice(9, 13)))).toEqual(records.map((_, at) => at + 1))
    for (const page of records) {
      expect(textOf('docs/adr/README.md'), page).toContain(`(${posix.basename(page)})`)
      for (const heading of ['drivers', 'options', 'decision', 'consequences'])
        expect(anchorsOf(page), page).toContain(heading)
      expect(textOf(page), page).toMatch(/^- Good: /m)
      expect(textOf(page), page).toMatch(/^- Bad: /m)
    }
  })

  test('the changelog keeps its grammar: kind, area, sentence, issue', () => {
    const entries = textOf('CHANGELOG.md')
      .split('\n')
      .filter((line) => line.startsWith('* '))
    expect(entries.length).toBeGreaterThan(3)
    const grammar = /^\* \[(CHANGE|FEATURE|ENHANCEMENT|SECURITY|BUGFIX)\] [a-z-]+: [A-Z].*\. #\d+$/
    expect(entries.filter((line) => !grammar.test(line))).toEqual([])
  })

  test('every runbook that a policy points at is written, heading included', () => {
    const runbooks = named(/^\s*runbook: (\S+)$/gm, ['policies/fluxbase.yaml'])
    expect(runbooks.length).toBeGreaterThan(0)
    const missing = runbooks.filter(({ name }) => {
      const [path = '', anchor = ''] = name.split('#')
      return !isThere(path) || !anchorsOf(path).includes(anchor)
    })
    expect(missing).toEqual([])
  })
})
