import { expect, test } from 'vitest'
import { parseRedisUrl } from '../../src/queue/redis-url.ts'

const PLAIN = { cluster: false, tls: false, username: null, password: null, db: 0 }

test.each([
  ['redis://cache', { ...PLAIN, nodes: [{ host: 'cache', port: 6379 }] }],
  ['redis://127.0.0.1:7000/3', { ...PLAIN, nodes: [{ host: '127.0.0.1', port: 7000 }], db: 3 }],
  ['rediss://cache/', { ...PLAIN, tls: true, nodes: [{ host: 'cache', port: 6379 }] }],
  ['redis://[::1]:7000', { ...PLAIN, nodes: [{ host: '::1', port: 7000 }] }],
  ['redis://:p%40ss@cache', { ...PLAIN, nodes: [{ host: 'cache', port: 6379 }], password: 'p@ss' }],
  ['redis://me:a:b@cache', { ...PLAIN, nodes: [{ host: 'cache', port: 6379 }], username: 'me', password: 'a:b' }],
  ['redis-cluster://one', { ...PLAIN, cluster: true, nodes: [{ host: 'one', port: 6379 }] }],
  [
    'rediss-cluster://me:secret@one:7000,two:7001,[::1]:7002',
    {
      cluster: true,
      tls: true,
      username: 'me',
      password: 'secret',
      db: 0,
      nodes: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 7001 },
        { host: '::1', port: 7002 },
      ],
    },
  ],
])('%s is understood', (url, place) => {
  expect(parseRedisUrl(url)).toEqual(place)
})

test.each([
  'http://cache',
  'redis://',
  'redis://:hunter2@',
  'redis://one,two',
  'redis://cache/seven',
  'redis://cache:port',
  'redis-cluster://one,,two',
  'redis-cluster://one,two/1',
  'redis://:%E0%A4%A@cache',
])('%s is refused, without saying what it holds', (url) => {
  const refused = expect.objectContaining({ code: 'config-invalid', message: expect.not.stringContaining('hunter2') })
  expect(() => parseRedisUrl(url)).toThrow(refused)
})
