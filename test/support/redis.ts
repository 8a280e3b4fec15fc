import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { serverPath } from './real-servers.ts'

/** A real Redis of one's own, in a temporary folder. */
export type TestRedis = {
  url: string
  /** Asks it to shut down. */
  stop: () => Promise<void>
  /** Ends it as a power cut would. */
  kill: () => Promise<void>
  /** Starts it again, on the same port and data. */
  start: () => Promise<void>
  /** Stops it in its tracks: connections stay open, nothing is answered. */
  freeze: () => void
  thaw: () => void
  flushAll: () => Promise<void>
  /** Stops it and deletes its data. */
  remove: () => Promise<void>
}

export type RedisNeeds = {
  /** Keep what it was told over `kill` and `start`; nothing is kept without it. */
  appendOnly?: boolean
  /** Be a Cluster, of one node that has all slots. */
  cluster?: boolean
}

/** Starts redis-server. */
export async function startRedis(options: RedisNeeds = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-redis-'))
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  let child = await launch(folder, port, options)

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return {
    url: `${options.cluster ? 'redis-cluster' : 'redis'}://${address}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start: async () => {
      child = await launch(folder, port, options)
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    flushAll: async () => {
      const client = new Redis(`redis://${address}`)
      await client.flushall()
      client.disconnect()
    },
    remove: async () => {
      await end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(folder: string, port: number, { appendOnly, cluster }: RedisNeeds): Promise<ChildProcess> {
  const settings = {
    bind: '127.0.0.1',
    port,
    dir: folder,
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'always',
    'cluster-enabled': cluster ? 'yes' : 'no',
    // A node that never met another does not know its own address, and could not tell it to clients.
    'cluster-announce-ip': '127.0.0.1',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(serverPath('redis-server'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
  })
  if (cluster) await becomeCluster(port)
  return child
}

async function becomeCluster(port: number): Promise<void> {
  const client = new Redis(port)
  try {
    if (!(await client.cluster('SLOTS')).length) await client.cluster('ADDSLOTSRANGE', 0, 16_383)
    await vi.waitFor(async () => {
      if (!String(await client.cluster('INFO')).includes('cluster_state:ok')) throw new Error('the cluster is not up')
    }, 10_000)
  } finally {
    client.disconnect()
  }
}
