import { NightshiftError } from '../domain/errors.ts'

/** Where a Redis is, and how it wants to be spoken to. */
export type RedisPlace = {
  /** More than one, or one that may name others: a Cluster. */
  nodes: { host: string; port: number }[]
  cluster: boolean
  tls: boolean
  username: string | null
  password: string | null
  /** Database number; a Cluster has only 0. */
  db: number
}

/**
 * Reads `redis://user:password@host:port/db`, `rediss://` for TLS, and for a Cluster `redis-cluster://` or
 * `rediss-cluster://` with some of its nodes, separated by commas.
 * @throws NightshiftError `config-invalid`, without the URL: it holds the password
 */
export function parseRedisUrl(url: string): RedisPlace {
  const [, tls, cluster, hosts = '', path] = /^redis(s)?(-cluster)?:\/\/([^/?#]+)(?:\/([^?#]*))?$/.exec(url) ?? []
  const at = hosts.lastIndexOf('@')
  const nodes = hosts
    .slice(at + 1)
    .split(',')
    .map(nodeAt)
  const [username = '', password = ''] = hosts.slice(0, Math.max(at, 0)).split(/:(.*)/s, 2)
  const secrets = [username, password].map(decoded)
  const db = Number(path || 0)
  const fits = cluster === undefined ? nodes.length === 1 : db === 0
  if (!fits || !Number.isInteger(db) || nodes.includes(null) || secrets.includes(null)) {
    throw new NightshiftError(
      'config-invalid',
      'REDIS_URL is not redis://host:port/db, nor redis-cluster://host:port,…',
    )
  }
  return {
    nodes: nodes.filter((node) => node !== null),
    cluster: cluster !== undefined,
    tls: tls !== undefined,
    username: secrets[0] || null,
    password: secrets[1] || null,
    db,
  }
}

function nodeAt(name: string): { host: string; port: number } | null {
  // Not a special scheme of its own: URL then takes the host as it stands, in brackets when it is IPv6.
  const url = URL.parse(`redis://${name}`)
  if (url === null || url.hostname === '') return null
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray per cent sign: the caller refuses the whole.
    return null
  }
}
