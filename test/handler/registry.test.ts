import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadHandlers } from '../../src/handler/registry.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-handlers-'))
})
afterAll(() => rm(root, { recursive: true }))

let folders = 0

/** A folder of handlers; each file's text is its default export. */
async function folder(files: Record<string, string>): Promise<string> {
  folders += 1
  const path = join(root, `folder-${folders}`)
  for (const [name, code] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), code.startsWith('//') ? code : `export default ${code}`)
  }
  return path
}

const LOOKS = `{ summary: 's', target: 'postgres', danger: 'read-only', timeout: '5s', params: {}, run() {} }`
const acts = (more: string) =>
  `{ summary: 's', target: 'postgres', danger: 'disruptive', timeout: '5s', params: {}, ${more} }`

describe('the registry of handlers', () => {
  test('a handler’s id is its path, and the list is sorted', async () => {
    const path = await folder({
      'redis/flush-keys.ts': LOOKS,
      'http/get-status.ts': LOOKS,
      'readme.md': '# no handler',
    })
    expect([...(await loadHandlers([path])).keys()]).toEqual(['http/get-status', 'redis/flush-keys'])
  })

  test('folders add up', async () => {
    const one = await folder({ 'http/one-thing.ts': LOOKS })
    const two = await folder({ 'http/other-thing.ts': LOOKS })
    expect([...(await loadHandlers([two, one])).keys()]).toEqual(['http/one-thing', 'http/other-thing'])
  })

  test('the same id in two folders is refused, because nobody could say which one runs', async () => {
    const one = await folder({ 'http/one-thing.ts': LOOKS })
    const two = await folder({ 'http/one-thing.ts': LOOKS })
    await expect(loadHandlers([one, two])).rejects.toMatchObject({
      code: 'unknown-handler',
      message: expect.stringContaining('two handlers are called http/one-thing'),
    })
  })

  test.each([
    ['no default export', '// nothing', 'the default export is undefined'],
    ['null', 'null', 'the default export is null'],
    ['a function', 'function run() {}', 'the default export is function'],
    ['a danger that there is not', LOOKS.replace('read-only', 'harmless'), 'danger is harmless, not one of read-only'],
    ['a time limit in no unit', LOOKS.replace('5s', '5'), 'timeout is not a duration'],
    ['a read-only handler without run', LOOKS.replace('run() {}', ''), 'run is not a function'],
    ['an acting one that cannot say what it would do', acts('run() {}, verify() {}, idempotent: true'), 'plan is not'],
    ['an acting one that cannot say whether it helped', acts('plan() {}, run() {}, idempotent: true'), 'verify is not'],
    [
      'an acting one that is silent about a second run',
      acts('plan() {}, run() {}, verify() {}'),
      'idempotent is neither',
    ],
  ])('a file with %s stops the loading and is named', async (_, code, message) => {
    const path = await folder({ 'http/wrong-thing.ts': code })
    await expect(loadHandlers([path])).rejects.toMatchObject({
      code: 'unknown-handler',
      message: expect.stringMatching(new RegExp(`wrong-thing\\.ts: ${message}`)),
    })
  })
})
