import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../scripts/install-test-servers', import.meta.url))
const SERVERS = ['redis-server', 'prometheus', 'promtool', 'prometheus-alertmanager', 'prometheus-postgres-exporter']
const isRoot = process.getuid?.() === 0

let bin: string
let policy: string

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'nightshift-test-install-'))
  policy = join(bin, 'policy-rc.d')
  for (const tool of ['sort', 'tr', 'rm', 'chmod', 'cat', 'ln']) {
    const path = [`/bin/${tool}`, `/usr/bin/${tool}`].find(existsSync) ?? tool
    await symlink(path, join(bin, tool))
  }
})

afterEach(() => rm(bin, { recursive: true, force: true }))

/** A machine that has these programs and, where given, an apt-get that does this. */
async function machine(servers: readonly string[], aptGet?: string): Promise<void> {
  for (const server of servers) await writeFile(join(bin, server), '#!/bin/sh\n', { mode: 0o755 })
  if (aptGet !== undefined) await writeFile(join(bin, 'apt-get'), `#!/bin/sh\n${aptGet}\n`, { mode: 0o755 })
}

function install(env: Record<string, string> = {}) {
  const { status, stdout } = spawnSync('/bin/bash', [SCRIPT], {
    env: { PATH: bin, POLICY_RC_D: policy, ...env },
    encoding: 'utf8',
  })
  return { status, said: stdout.trim() }
}

describe('scripts/install-test-servers', () => {
  test('says and does nothing where all servers are here', async () => {
    await machine(SERVERS, 'echo called >&2; exit 7')
    expect(install()).toEqual({ status: 0, said: '' })
  })

  test('names what is missing where there is no apt-get', async () => {
    await machine(SERVERS.slice(1))
    expect(install()).toEqual({
      status: 1,
      said: 'test servers: not installed (there is no apt-get here): redis-server',
    })
  })

  test('installs nothing when it was told not to', async () => {
    await machine([], `echo called >> ${bin}/calls`)
    expect(install({ SKIP_TEST_SERVERS: '1' })).toMatchObject({ status: 1 })
    expect(existsSync(join(bin, 'calls'))).toBe(false)
  })

  test.runIf(isRoot)('asks for exactly the missing packages, and lets none of them start a service', async () => {
    const brings = ['redis-server', 'promtool'].map((name) => `ln -s ${bin}/prometheus ${bin}/${name}`).join('; ')
    await machine(
      ['prometheus', 'prometheus-alertmanager', 'prometheus-postgres-exporter'],
      `echo "$*" >> ${bin}/calls; cat ${policy} >> ${bin}/calls; ${brings}`,
    )
    expect(install()).toMatchObject({ status: 0 })
    const calls = await readFile(join(bin, 'calls'), 'utf8')
    expect(calls).toMatch(/ install prometheus redis-server\n#!\/bin\/sh\nexit 101\n$/)
    expect(existsSync(policy)).toBe(false)
  })

  test.runIf(isRoot)('fetches the package lists and tries again, and says so when that fails too', async () => {
    await machine(SERVERS.slice(1), `for last; do :; done; echo "$last" >> ${bin}/calls; [ "$last" = update ]`)
    expect(install()).toMatchObject({ status: 1, said: expect.stringMatching(/\(apt-get failed\): redis-server$/) })
    expect(await readFile(join(bin, 'calls'), 'utf8')).toBe('redis-server\nupdate\nredis-server\n')
    expect(existsSync(policy)).toBe(false)
  })

  test.runIf(isRoot)('leaves a policy that the machine has alone', async () => {
    await machine(SERVERS.slice(1), `ln -s ${bin}/prometheus ${bin}/redis-server`)
    await writeFile(policy, '#!/bin/sh\nexit 0\n')
    expect(install()).toMatchObject({ status: 0 })
    expect(await readFile(policy, 'utf8')).toBe('#!/bin/sh\nexit 0\n')
  })
})
