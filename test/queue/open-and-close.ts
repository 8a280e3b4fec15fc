/**
 * A process that works on a queue until its standard input closes: `node open-and-close.ts BACKEND`, which is JSON. It must
 * then end by itself, whatever state the server is in.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../../src/domain/log.ts'
import { createQueue, type QueueOptions } from '../../src/queue/queue.ts'

const backend = JSON.parse(process.argv[2] ?? '') as QueueOptions['backend']
const queue = await createQueue({ backend, log: silentLog, now: () => new Date() })
queue.work(async () => console.log('at work'), { concurrency: 1 })

let over = false
process.stdin.resume().once('end', () => {
  over = true
  void queue.close({ graceMs: 100 })
})
while (!over) {
  await queue.ring([{ id: '1-1', remediation: 1, at: null }]).catch(() => {})
  await sleep(50)
}
