import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, textOf } from './repo-files.ts'

const SOURCES = filesBelow(['src', 'handlers'], '.ts')
const ALL = filesBelow(['src', 'handlers', 'test', 'scripts', 'bench'], '.ts')

const linesOf = (path: string): number => textOf(path).trimEnd().split('\n').length

describe('source files', () => {
  test('the median source file has fewer than 80 lines and none has more than 300', () => {
    const sizes = SOURCES.map(linesOf).sort((a, b) => a - b)
    expect(sizes.length).toBeGreaterThan(20)
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(80)
    expect(SOURCES.filter((path) => linesOf(path) > 300)).toEqual([])
  })

  test('files are named, in kebab-case, by what they hold and never as a grab-bag', () => {
    const grabBag = /^(utils?|helpers?|misc|types?|common|shared|lib|interfaces|constants|index)(\.test)?\.ts$/
    const allowed = ['src/handler/index.ts']
    expect(ALL.filter((path) => grabBag.test(basename(path)) && !allowed.includes(path))).toEqual([])
    expect(
      ALL.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.property)?(\.test|\.d)?\.ts$/.test(basename(path))),
    ).toEqual([])
  })

  test('every exported function has a doc comment', () => {
    expect(SOURCES.flatMap((path) => undocumented(textOf(path)).map((name) => `${path}: ${name}`))).toEqual([])
  })

  test('the doc comment check sees a function without one, and an overload as documented', () => {
    const code = '/** Does. */\nexport function a(): 1\nexport function a(): 2\nexport async function b() {}\n'
    expect(undocumented(code)).toEqual(['b'])
  })

  test('no comment puts work off', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`)
    expect(ALL.filter((path) => later.test(textOf(path)))).toEqual([])
  })

  test('no file turns the type checker off', () => {
    expect(
      ALL.filter((path) => /@ts-(?:ignore|nocheck)/.test(textOf(path).replaceAll('(?:ignore|nocheck)', ''))),
    ).toEqual([])
  })
})

/** Names of exported functions whose first declaration has no doc comment right above it. */
function undocumented(code: string): string[] {
  const lines = code.split('\n')
  const seen = new Set<string>()
  return lines.flatMap((line, at) => {
    const name = /^export (?:default )?(?:async )?function\*? (\w+)/.exec(line)?.[1]
    if (name === undefined || seen.has(name)) return []
    seen.add(name)
    return lines[at - 1]?.trimEnd().endsWith('*/') ? [] : [name]
  })
}
