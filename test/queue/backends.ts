import { startServer } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'

/** A server that the queue can run on, and what can happen to it. */
export type QueueServer = {
  backend: { kind: 'postgres' | 'redis'; url: string }
  stop: () => Promise<void>
  start: () => Promise<void>
  remove: () => Promise<void>
}

/** The same tests run on each of these. */
export const BACKENDS: { name: string; needs: string[]; open: () => Promise<QueueServer> }[] = [
  {
    name: 'PostgreSQL',
    needs: [],
    open: async () => {
      const server = await startServer()
      return { ...server, backend: { kind: 'postgres', url: server.url } }
    },
  },
  {
    name: 'Redis',
    needs: ['redis-server'],
    open: async () => {
      const server = await startRedis({ appendOnly: true })
      return { ...server, backend: { kind: 'redis', url: server.url } }
    },
  },
  {
    name: 'Redis Cluster',
    needs: ['redis-server'],
    open: async () => {
      const server = await startRedis({ appendOnly: true, cluster: true })
      return { ...server, backend: { kind: 'redis', url: server.url } }
    },
  },
]
