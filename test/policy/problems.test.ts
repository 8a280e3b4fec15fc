import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { checkSources } from '../../src/policy/load.ts'
import { openSource } from '../../src/policy/source.ts'
import { catalogue } from './catalogue.ts'

const FIXTURES = new URL('./fixtures/', import.meta.url)
const read = (name: string) => readFile(new URL(name, FIXTURES))
const names = await readdir(FIXTURES)

/** The problems of one file beside the good other one. */
async function problemsOf(name: string): Promise<string[]> {
  const isSeverity = /(^|\.)severity(\.bad)?\.yaml$/.test(name)
  const file = isSeverity ? 'severity.yaml' : 'shop.yaml'
  const sources = [
    openSource('shop.yaml', await read(isSeverity ? 'policy.yaml' : name)),
    openSource('severity.yaml', await read(isSeverity ? name : 'severity.yaml')),
  ]
  return checkSources('', sources, catalogue).problems.map((problem) => {
    expect(problem.file).toBe(file)
    return `${problem.line}:${problem.column} ${problem.message}`
  })
}

/** A fixture begins with what must be found in it: `#! line:column message`. */
async function expectedIn(name: string): Promise<string[]> {
  const text = (await read(name)).toString('utf8')
  return [...text.matchAll(/^#! (.*)$/gm)].map(([, expected]) => expected as string)
}

describe('a wrong file', () => {
  const bad = names.filter((name) => name.endsWith('.bad.yaml'))

  it.each(bad)('%s gives exactly its problems, all of them, with line and column', async (name) => {
    const expected = await expectedIn(name)

    expect(expected).not.toEqual([])
    expect(await problemsOf(name)).toEqual(expected)
  })
})

describe('a right file', () => {
  it.each(['policy.yaml', 'severity.yaml'])('%s gives none', async (name) => {
    expect(await problemsOf(name)).toEqual([])
  })
})

describe('bytes that are no policy', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'the file is empty'],
    ['only a comment', Buffer.from('# later\n'), 'the file is empty'],
    ['not UTF-8', Buffer.from([0x61, 0x3a, 0xff, 0xfe]), 'not UTF-8 text'],
    ['a list', Buffer.from('- a\n'), 'expected a map, found a list'],
    ['one word', Buffer.from('policy\n'), 'expected a map, found "policy"'],
  ])('%s is one problem at 1:1', (_, bytes, message) => {
    const { problems } = checkSources(
      '',
      [openSource('shop.yaml', bytes), openSource('severity.yaml', bytes)],
      catalogue,
    )

    expect(problems.filter(({ file }) => file === 'shop.yaml')).toEqual([
      { file: 'shop.yaml', line: 1, column: 1, message },
    ])
  })

  it.each<[string, string]>([
    ['owner: "a\\0b"\n', 'a NUL character'],
    ['owner: .inf\n', 'not a finite number'],
  ])('%j has a value that the ledger could not hold', (text, message) => {
    const { problems } = openSource('shop.yaml', Buffer.from(text))

    expect(problems).toEqual([{ file: 'shop.yaml', line: 1, column: 8, message }])
  })
})
