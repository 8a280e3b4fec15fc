import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Log, silentLog } from '../../src/domain/log.ts'
import { createQueue, type Queue, type Ring } from '../../src/queue/queue.ts'
import { describeWith } from '../support/real-servers.ts'
import { BACKENDS, type QueueServer } from './backends.ts'

const UNAVAILABLE = expect.objectContaining({ code: 'queue-unavailable' })
const OPEN_AND_CLOSE = fileURLToPath(new URL('./open-and-close.ts', import.meta.url))
const AWHILE = { timeout: 20_000, interval: 20 }

const ring = (remediation: number, at: Date | null = null): Ring => ({ id: `${remediation}-1`, remediation, at })

for (const { name: backendName, needs, open } of BACKENDS) {
  describeWith(needs, `the queue on ${backendName}`, () => {
    let server: QueueServer
    const opened: Queue[] = []

    beforeAll(async () => {
      server = await open()
    })

    afterAll(() => server.remove())

    afterEach(async () => {
      for (const queue of opened.splice(0)) await queue.close({ graceMs: 5000 })
    })

    async function openQueue(name: string = randomUUID(), log: Log = silentLog): Promise<Queue> {
      const queue = await createQueue({ backend: server.backend, log, now: () => new Date(), name })
      opened.push(queue)
      await vi.waitFor(() => queue.ready(), AWHILE)
      return queue
    }

    function workOn(queue: Queue, concurrency = 1): number[] {
      const heard: number[] = []
      queue.work(async (remediation) => void heard.push(remediation), { concurrency })
      return heard
    }

    test('a ring is heard, by a worker that waited for it and by one that comes later', async () => {
      const queue = await openQueue()
      await queue.ring([ring(1)])
      const heard = workOn(queue)
      await vi.waitFor(() => expect(heard).toEqual([1]), AWHILE)
      await queue.ring([ring(2)])
      await vi.waitFor(() => expect(heard).toEqual([1, 2]), AWHILE)
    })

    test('a bulk of rings is heard, each once, also by two workers at the same time', async () => {
      const name = randomUUID()
      const [one, two] = [await openQueue(name), await openQueue(name)]
      const heard = [workOn(one, 3), workOn(two, 3)]
      const bells = Array.from({ length: 300 }, (_, index) => ring(index))
      await one.ring(bells)
      await vi.waitFor(() => expect(heard.flat()).toHaveLength(300), AWHILE)
      expect(heard.flat().sort((a, b) => a - b)).toEqual(bells.map((bell) => bell.remediation))
    })

    test('no rings are none', async () => {
      const queue = await openQueue()
      await expect(queue.ring([])).resolves.toBeUndefined()
    })

    test('a ring for later is heard at its time, never before, and one for the past at once', async () => {
      const queue = await openQueue()
      const times = new Map<number, number>()
      queue.work(async (remediation) => void times.set(remediation, Date.now()), { concurrency: 1 })
      const later = new Date(Date.now() + 1500)
      await queue.ring([ring(1, later), ring(2, new Date(0)), ring(3)])
      await vi.waitFor(() => expect([...times.keys()]).toEqual([2, 3]), AWHILE)
      await vi.waitFor(() => expect([...times.keys()]).toEqual([2, 3, 1]), AWHILE)
      expect(times.get(1)).toBeGreaterThanOrEqual(later.getTime())
    })

    test('an id rings once while it is held, and again when its job is over', async () => {
      const queue = await openQueue()
      await queue.ring([ring(1), ring(1)])
      await queue.ring([ring(1), ring(2)])
      const heard = workOn(queue)
      await vi.waitFor(() => expect(heard).toEqual([1, 2]), AWHILE)
      await vi.waitFor(async () => {
        // Rung until it is heard: nobody says when a job is over. A ring more may be heard after that.
        if (heard.length < 3) await queue.ring([ring(1)])
        expect(heard.slice(0, 3)).toEqual([1, 2, 1])
      }, AWHILE)
    })

    test('no more jobs run at the same time than were asked for', async () => {
      const queue = await openQueue()
      let running = 0
      const seen: number[] = []
      const gate = Promise.withResolvers<void>()
      queue.work(
        async () => {
          seen.push(++running)
          await gate.promise
          running--
        },
        { concurrency: 2 },
      )
      await queue.ring([1, 2, 3, 4, 5, 6].map((remediation) => ring(remediation)))
      await vi.waitFor(() => expect(seen).toEqual([1, 2]), AWHILE)
      gate.resolve()
      await vi.waitFor(() => expect(seen).toHaveLength(6), AWHILE)
      expect(Math.max(...seen)).toBe(2)
    })

    test('a job that throws is logged and over: the next is heard, and its id can ring again', async () => {
      const error = vi.fn()
      const queue = await openQueue(randomUUID(), { ...silentLog, error })
      const heard: number[] = []
      const work = async (remediation: number) => {
        heard.push(remediation)
        if (heard.length === 1) throw new Error('no such table')
      }
      queue.work(work, { concurrency: 1 })
      await queue.ring([ring(1), ring(2)])
      await vi.waitFor(() => expect(heard).toEqual([1, 2]), AWHILE)
      expect(error).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ remediation: 1, error: 'no such table' }),
        expect.any(String),
      )
      await vi.waitFor(async () => {
        if (heard.length < 3) await queue.ring([ring(1)])
        expect(heard.slice(0, 3)).toEqual([1, 2, 1])
      }, AWHILE)
    })

    test('a close waits for the job in hand', async () => {
      const queue = await openQueue()
      const gate = Promise.withResolvers<void>()
      const story: string[] = []
      const work = async () => {
        story.push('begun')
        await gate.promise
        story.push('ended')
      }
      queue.work(work, { concurrency: 1 })
      await queue.ring([ring(1)])
      await vi.waitFor(() => expect(story).toEqual(['begun']), AWHILE)
      const closed = queue.close({ graceMs: 20_000 }).then(() => story.push('closed'))
      gate.resolve()
      await closed
      expect(story).toEqual(['begun', 'ended', 'closed'])
    })

    test('a close that cannot wait hands the job back, and another worker hears it', async () => {
      const name = randomUUID()
      const [leaving, staying] = [await openQueue(name), await openQueue(name)]
      const stuck = Promise.withResolvers<void>()
      const begun = vi.fn(() => stuck.promise)
      leaving.work(begun, { concurrency: 1 })
      await leaving.ring([ring(1)])
      await vi.waitFor(() => expect(begun).toHaveBeenCalledOnce(), AWHILE)
      await leaving.close({ graceMs: 10 })
      const heard = workOn(staying)
      // Sooner than the lock of the one that left would run out.
      await vi.waitFor(() => expect(heard).toEqual([1]), { timeout: 5000 })
      stuck.resolve()
    })

    test('while the server is away rings fail soon, nothing crashes, and once it is back all works again', async () => {
      const queue = await openQueue()
      const heard = workOn(queue)
      await queue.ring([ring(1)])
      await vi.waitFor(() => expect(heard).toEqual([1]), AWHILE)
      await server.stop()
      try {
        await expect(queue.ring([ring(2)])).rejects.toEqual(UNAVAILABLE)
        await expect(queue.ready()).rejects.toEqual(UNAVAILABLE)
      } finally {
        await server.start()
      }
      await vi.waitFor(() => queue.ring([ring(3)]), AWHILE)
      await vi.waitFor(() => expect(heard).toContain(3), AWHILE)
    })

    test('a job that ends while the server is away does not keep its worker from the next', async () => {
      const queue = await openQueue()
      const gate = Promise.withResolvers<void>()
      const heard: number[] = []
      const work = async (remediation: number) => {
        heard.push(remediation)
        if (remediation === 1) await gate.promise
      }
      queue.work(work, { concurrency: 1 })
      await queue.ring([ring(1)])
      await vi.waitFor(() => expect(heard).toEqual([1]), AWHILE)
      await server.stop()
      gate.resolve()
      await server.start()
      await vi.waitFor(() => queue.ring([ring(2)]), AWHILE)
      await vi.waitFor(() => expect(heard).toContain(2), AWHILE)
    })

    test('a close while the server is away leaves nothing behind that keeps the process alive', async () => {
      const child = spawn(process.execPath, [OPEN_AND_CLOSE, JSON.stringify(server.backend)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await server.stop()
      try {
        const exit = once(child, 'exit')
        child.stdin.end()
        expect(await exit).toEqual([0, null])
      } finally {
        child.kill('SIGKILL')
        await server.start()
      }
    })
  })
}
