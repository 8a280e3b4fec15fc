import { Queue, Worker } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import { type Backend, type BellData, EVENTS_KEPT, WORKER_TIMES } from './bull.ts'
import { parseRedisUrl, type RedisPlace } from './redis-url.ts'

/** All keys share it; in braces, so that a Cluster keeps them on one node, which BullMQ's scripts need. */
const PREFIX = '{nightshift}'

const CONNECT_MS = 3000
const COMMAND_MS = 3000
const RETRY_MS = 1000

/**
 * BullMQ on Redis, Valkey or a Cluster. Opens even while the server is down: deadlines in the ledger must not wait for it.
 * @throws NightshiftError `config-invalid` for a URL that is none
 */
export function openRedisBackend(url: string, name: string, onError: (error: Error) => void): Backend {
  const place = parseRedisUrl(url)
  const clients: (Redis | Cluster)[] = []
  let closed = false
  // BullMQ makes copies of a client, which share this: a copy that is just reconnecting then gives up, too.
  const retry = (times: number) => (closed ? null : Math.min(times * 100, RETRY_MS))
  const open = (manners: Manners) => {
    const client = connect(place, manners, retry)
    client.on('error', onError)
    clients.push(client)
    return client
  }
  // For ringing: refuse at once while the server is away, never keep what was not said in time. The version check would be
  // one more command, whose failure BullMQ remembers for ever.
  const ringing = open({ enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_MS })
  return {
    queue: new Queue<BellData>(name, {
      connection: ringing,
      prefix: PREFIX,
      skipVersionCheck: true,
      streams: { events: { maxLen: EVENTS_KEPT } },
    }),
    // For working: BullMQ blocks on its connections, and wants its commands to wait for the server to come back.
    newWorker: (processor, concurrency) =>
      new BellWorker(name, processor, {
        connection: open({ enableOfflineQueue: true, maxRetriesPerRequest: null }),
        prefix: PREFIX,
        concurrency,
        ...WORKER_TIMES,
      }),
    ping: async () => {
      await ringing.ping()
    },
    close: async () => {
      closed = true
      for (const client of clients) client.disconnect()
    },
  }
}

class BellWorker extends Worker<BellData> {
  async abandon(): Promise<void> {
    await this.lockManager.close()
    await this.disconnect()
  }
}

type Manners = {
  enableOfflineQueue: boolean
  maxRetriesPerRequest: number | null
  commandTimeout?: number
}

type Retry = (times: number) => number | null

function connect(place: RedisPlace, { enableOfflineQueue, ...manners }: Manners, retry: Retry): Redis | Cluster {
  const { nodes, cluster, username, password } = place
  const connection = {
    ...manners,
    connectTimeout: CONNECT_MS,
    keepAlive: 10_000,
    ...(place.tls ? { tls: {} } : {}),
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
  }
  if (cluster) {
    return new Cluster(nodes, {
      clusterRetryStrategy: retry,
      enableOfflineQueue,
      redisOptions: connection,
    })
  }
  return new Redis({ ...nodes[0], db: place.db, retryStrategy: retry, enableOfflineQueue, ...connection })
}
