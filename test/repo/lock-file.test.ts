import { describe, expect, test } from 'vitest'
import { textOf } from './repo-files.ts'

type Locked = { resolved?: string; integrity?: string; link?: boolean; version?: string }

const locked = (JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> }).packages
const wanted = JSON.parse(textOf('package.json')) as Record<string, Record<string, string> | undefined>

describe('package-lock.json', () => {
  test('names no host but the public registry, so that a fresh machine can install from it', () => {
    const foreign = Object.entries(locked).filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    )
    expect(foreign).toEqual([])
  })

  test('pins every package by version and content', () => {
    const packages = Object.entries(locked).filter(([path]) => path !== '')
    expect(packages.length).toBeGreaterThan(50)
    expect(packages.filter(([, { version, integrity }]) => !version || !integrity).map(([path]) => path)).toEqual([])
  })

  test('agrees with package.json on what the project asks for', () => {
    const root = locked[''] as unknown as typeof wanted
    for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies']) {
      expect(root[kind]).toEqual(wanted[kind])
    }
  })
})
