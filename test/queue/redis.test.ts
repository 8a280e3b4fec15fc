import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../src/domain/log.ts'
import { createQueue, type Queue } from '../../src/queue/queue.ts'
import { describeWith } from '../support/real-servers.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'

const OPEN_AND_CLOSE = fileURLToPath(new URL('./open-and-close.ts', import.meta.url))
const AWHILE = { timeout: 20_000, interval: 20 }

describeWith(['redis-server'], 'what only Redis can do to the queue', () => {
  let redis: TestRedis
  let queue: Queue

  afterEach(async () => {
    await queue.close({ graceMs: 1000 })
    await redis.remove()
  })

  const open = (url = redis.url) =>
    createQueue({ backend: { kind: 'redis', url }, log: silentLog, now: () => new Date() })
  const rings = (...remediations: number[]) =>
    remediations.map((remediation) => ({ id: `${remediation}-1`, remediation, at: null }))

  test('FLUSHALL loses what waits and nothing else: the job in hand ends, and later rings are heard', async () => {
    redis = await startRedis()
    queue = await open()
    await vi.waitFor(() => queue.ready(), AWHILE)
    const gate = Promise.withResolvers<void>()
    const ended: number[] = []
    const work = async (remediation: number) => {
      await gate.promise
      ended.push(remediation)
    }
    queue.work(work, { concurrency: 1 })
    await queue.ring(rings(1, 2))
    await queue.ring([{ id: '3-1', remediation: 3, at: new Date(Date.now() + 3_600_000) }])
    await redis.flushAll()
    gate.resolve()
    await queue.ring(rings(4))
    await vi.waitFor(() => expect(ended).toContain(4), AWHILE)
    expect(ended).not.toContain(3)
  })

  test('it opens while Redis is down, refuses rings until then, and works once Redis is up', async () => {
    redis = await startRedis()
    await redis.kill()
    queue = await open()
    const heard: number[] = []
    queue.work(async (remediation) => void heard.push(remediation), { concurrency: 1 })
    await expect(queue.ring(rings(1))).rejects.toMatchObject({ code: 'queue-unavailable' })
    await redis.start()
    await vi.waitFor(() => queue.ring(rings(2)), AWHILE)
    await vi.waitFor(() => expect(heard).toContain(2), AWHILE)
  })

  test('a process that never saw Redis up can still end', async () => {
    redis = await startRedis()
    queue = await open()
    await redis.kill()
    const backend = JSON.stringify({ kind: 'redis', url: redis.url })
    const child = spawn(process.execPath, [OPEN_AND_CLOSE, backend], { stdio: ['pipe', 'ignore', 'inherit'] })
    const exit = once(child, 'exit')
    try {
      child.stdin.end()
      expect(await exit).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  })

  test('a Redis that accepts and never answers fails rings within seconds too', async () => {
    redis = await startRedis()
    queue = await open()
    await vi.waitFor(() => queue.ready(), AWHILE)
    redis.freeze()
    try {
      await expect(queue.ring(rings(1))).rejects.toMatchObject({ code: 'queue-unavailable' })
      await expect(queue.ready()).rejects.toMatchObject({ code: 'queue-unavailable' })
    } finally {
      redis.thaw()
    }
    await vi.waitFor(() => queue.ring(rings(2)), AWHILE)
  })
})
