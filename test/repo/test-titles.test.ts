import { describe, expect, test } from 'vitest'
import { filesBelow, textOf } from './repo-files.ts'

const TESTS = filesBelow(['test'], '.test.ts')

describe('tests', () => {
  test('no two tests have the same title, so that a red one is found by its name', () => {
    const titles = TESTS.flatMap((path) =>
      titlesIn(textOf(path)).map((title) => ({ path, title: filledIn(title, path) })),
    )
    expect(titles.length).toBeGreaterThan(TESTS.length)
    const twice = titles.filter(({ title }, at) => titles.findIndex((other) => other.title === title) !== at)
    expect(twice).toEqual([])
  })

  test('none is switched off or runs alone', () => {
    const off = new RegExp(`\\b(test|it|describe)\\.(${['on' + 'ly', 'to' + 'do', 'fa' + 'ils'].join('|')})\\b`)
    expect(TESTS.filter((path) => off.test(textOf(path)))).toEqual([])
  })
})

/** A title with a template is filled from its own file's table, so only there can it be the same. */
function filledIn(title: string, path: string): string {
  return /%[sdijo]|\$/.test(title) ? `${path}: ${title}` : title
}

/** Titles written out in a test file. */
function titlesIn(code: string): string[] {
  const call = /^\s*(?:test|it)(?:\.\w+)*(?:\((?:[^()]|\([^()]*\))*\))?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gm
  return [...code.matchAll(call)].map((match) => match[2] as string)
}
