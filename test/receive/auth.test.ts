import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type Door, guardDoor } from '../../src/receive/auth.ts'

const TOKEN = 'correct-horse'

async function knock(door: Door, authorization?: string, host = 'nightshift.example.com') {
  const app = new Hono().get('/', guardDoor(door), (c) => c.text('in'))
  return app.request(`http://${host}/`, authorization === undefined ? {} : { headers: { authorization } })
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

describe('a door with a token', () => {
  const door = { token: TOKEN, loopbackOnly: false, basic: true }

  test.each([
    `Bearer ${TOKEN}`,
    `bearer ${TOKEN}`,
    basic(`alertmanager:${TOKEN}`),
    basic(`:${TOKEN}`),
    `basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`,
  ])('opens to %s', async (authorization) => {
    expect((await knock(door, authorization)).status).toBe(200)
  })

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Token ${TOKEN}`,
    basic(TOKEN),
    basic(`${TOKEN}:`),
    basic(`user:${TOKEN}:`),
    'Basic !!!',
    'Bearer 正しい',
  ])('stays shut for %j, and says what it wants', async (authorization) => {
    const printable = authorization === undefined ? undefined : encodeURI(authorization).replaceAll('%20', ' ')
    const response = await knock(door, printable)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="nightshift", Basic realm="nightshift"')
    expect(await response.json()).toEqual({ error: { code: 'unauthorized', message: 'a valid token is needed' } })
  })

  test('takes passwords with a colon in them', async () => {
    expect((await knock({ ...door, token: 'a:b' }, basic('user:a:b'))).status).toBe(200)
  })

  test('does not take a password where only bearer tokens are meant', async () => {
    const response = await knock({ token: TOKEN, loopbackOnly: false }, basic(`user:${TOKEN}`))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="nightshift"')
  })

  test('needs the token on the loopback interface too', async () => {
    expect((await knock({ token: TOKEN, loopbackOnly: true }, undefined, 'localhost')).status).toBe(401)
  })

  test('tells of each request that it turns away, and of no other', async () => {
    let refused = 0
    const counted = {
      ...door,
      onRefusal: () => {
        refused += 1
      },
    }
    await knock(counted, 'Bearer wrong')
    await knock(counted, `Bearer ${TOKEN}`)
    expect(refused).toBe(1)
  })
})

describe('a door without a token', () => {
  test.each(['localhost', 'localhost:8080', '127.0.0.1:8080', '127.1.2.3', '[::1]:8080'])(
    'is open to %s where only this machine can reach us',
    async (host) => {
      expect((await knock({ token: null, loopbackOnly: true }, undefined, host)).status).toBe(200)
    },
  )

  test.each(['evil.example.com', 'localhost.evil.example.com', '127.0.0.1.evil.example.com', '10.0.0.1'])(
    'is shut to a web page that calls this machine %s (DNS rebinding)',
    async (host) => {
      expect((await knock({ token: null, loopbackOnly: true }, undefined, host)).status).toBe(401)
    },
  )

  test('is shut to everybody where others can reach us', async () => {
    expect((await knock({ token: null, loopbackOnly: false }, 'Bearer ', 'localhost')).status).toBe(401)
  })
})
