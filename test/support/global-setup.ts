import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { silentLog } from '../../src/domain/log.ts'
import { removeEmbedded } from '../../src/embedded/place.ts'
import { startEmbedded } from '../../src/embedded/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Server of this test run; databases on it come from `createDatabase`. */
    postgres: string
  }
}

/** One server for the whole run: each project that needs it joins it, the last to leave stops and deletes it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = join(tmpdir(), `nightshift-test-${process.pid}`)
  const server = await startEmbedded({ dataDir, log: silentLog, flags: { fsync: 'off', max_connections: '200' } })
  project.provide('postgres', server.url)
  return async () => {
    await server.stop()
    if (!existsSync(join(dataDir, 'cluster', 'postmaster.pid'))) await removeEmbedded(dataDir)
  }
}
