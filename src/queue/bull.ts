import type { Queue, Worker } from 'bullmq'

/** What a job carries: the remediation to look at. Everything else is read from the ledger, which is the truth. */
export type BellData = { remediation: number }

/** What we use of BullMQ's queue, whichever backend it has. */
export type BullQueue = Pick<Queue<BellData>, 'addBulk' | 'close' | 'waitUntilReady'> & {
  on: (event: 'error', listener: (error: Error) => void) => unknown
}

/** What we use of its worker. */
export type BullWorker = Pick<Worker<BellData>, 'close' | 'pause' | 'waitUntilReady'> & {
  /** For a close that does not come to its end: lets go of connections and timers, so that the process can. */
  abandon: () => Promise<void>
  on: (event: 'error', listener: (error: Error) => void) => unknown
}

/** A job in a worker's hands, as far as we look at it. */
export type BullJob = {
  id?: string | undefined
  data: BellData
  /** Puts it back, for another worker to take. */
  moveToWait: (token?: string) => Promise<unknown>
}

export type BullProcessor = (job: BullJob, token?: string) => Promise<void>

/** A server that BullMQ runs on: all that differs between Redis and PostgreSQL. */
export type Backend = {
  queue: BullQueue
  newWorker: (processor: BullProcessor, concurrency: number) => BullWorker
  /** Rejects, soon, when the server cannot be used. */
  ping: () => Promise<void>
  /** Ends the connections that are not the queue's or a worker's own. */
  close: () => Promise<void>
}

/**
 * A worker that dies is noticed when its lock on a job runs out, or by our own leases, whichever comes first. BullMQ's
 * defaults took 61 s in a trial; a job is only a bell, so taking one too early costs a look at the ledger.
 */
export const WORKER_TIMES = {
  lockDuration: 10_000,
  stalledInterval: 5000,
  /** Between attempts to fetch while the server refuses connections; the default is 15 s. */
  runRetryDelay: 500,
}

/** BullMQ keeps a stream of its own events, which nobody here reads. */
export const EVENTS_KEPT = 100
