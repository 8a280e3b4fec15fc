import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { answerProblem } from './problem.ts'

export type Door = {
  /** The token that opens it. Null: open to everybody, where `loopbackOnly` holds; to nobody otherwise. */
  token: string | null
  /** True when the server listens on the loopback interface only. */
  loopbackOnly: boolean
  /** Also take the token as the password of basic authentication, whatever the user: Alertmanager can send that. */
  basic?: boolean
  /** Told of each request that was turned away. */
  onRefusal?: () => void
}

/** Lets a request in when it carries the token; 401 otherwise. Tokens are compared in constant time. */
export function guardDoor(door: Door): MiddlewareHandler {
  const expected = door.token === null ? null : digest(door.token)
  const challenge = door.basic ? 'Bearer realm="nightshift", Basic realm="nightshift"' : 'Bearer realm="nightshift"'
  return async (c, next) => {
    if (expected === null) {
      // A name other than a loopback one is a web page that resolves its own name to this machine (DNS rebinding).
      if (door.loopbackOnly && isLoopbackName(new URL(c.req.url).hostname)) return next()
    } else {
      const given = givenToken(c.req.header('authorization'), door.basic ?? false)
      if (given !== null && timingSafeEqual(digest(given), expected)) return next()
    }
    door.onRefusal?.()
    c.header('WWW-Authenticate', challenge)
    return answerProblem(c, 401, { code: 'unauthorized', message: 'a valid token is needed' })
  }
}

function givenToken(header: string | undefined, basic: boolean): string | null {
  const [, scheme, value] = /^(\S+) +(\S+)$/.exec(header ?? '') ?? []
  if (scheme === undefined || value === undefined) return null
  if (scheme.toLowerCase() === 'bearer') return value
  if (!basic || scheme.toLowerCase() !== 'basic') return null
  const pair = Buffer.from(value, 'base64').toString()
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null
}

// Equal lengths, so that not even the token's length shows.
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
