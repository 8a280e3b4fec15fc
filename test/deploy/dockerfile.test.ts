import { describe, expect, test } from 'vitest'
import { isThere, textOf } from '../repo/repo-files.ts'

const dockerfile = textOf('Dockerfile').replace(/\\\n\s*/g, ' ')
const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line))
const valuesOf = (word: string): string[] =>
  instructions.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))

describe('Dockerfile', () => {
  test('stands on the Node that the lock file pins', () => {
    const locked = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { version?: string }> }
    expect(valuesOf('FROM')).toEqual([`node:${locked.packages['node_modules/node']?.version}-slim`])
  })

  test('copies only what exists and what .dockerignore lets through', () => {
    const sources = valuesOf('COPY').flatMap((line) => line.split(' ').slice(0, -1))
    expect(sources.length).toBeGreaterThan(4)
    expect(sources.filter((source) => !isThere(source))).toEqual([])
    const ignore = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(ignore).toEqual(['*', ...sources.map((source) => `!${source}`)])
  })

  test('installs what production needs, from the lock file, without running anything', () => {
    const [install] = valuesOf('RUN')
    for (const word of ['npm ci', '--omit=dev', '--omit=optional', '--ignore-scripts']) expect(install).toContain(word)
    expect(dockerfile).not.toMatch(/npm (run|install)|tsc|esbuild/)
  })

  test('runs the service as a plain user, and is stopped by the signal that it hears', () => {
    expect(valuesOf('USER')).toEqual(['node'])
    expect(valuesOf('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(JSON.parse(valuesOf('CMD')[0] ?? '[]')).toEqual(['node', 'src/main.ts', 'serve'])
    expect(isThere('src/main.ts')).toBe(true)
  })

  test('asks the service itself whether it is ready, with a command that is a valid program', () => {
    const [, command] = /CMD (\[.*\])$/.exec(valuesOf('HEALTHCHECK')[0] ?? '') ?? []
    const [node, flag, program] = JSON.parse(command ?? '[]') as string[]
    expect([node, flag]).toEqual(['node', '-e'])
    expect(program).toContain('/health/ready')
    expect(() => new Function(program ?? 'x x')).not.toThrow()
  })
})
