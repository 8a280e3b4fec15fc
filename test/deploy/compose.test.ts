import { describe, expect, test } from 'vitest'
import { isThere, textOf } from '../repo/repo-files.ts'
import { compose, ours, partsOf, withDefaults } from './compose-file.ts'

const services = Object.entries(compose.services)
const flat = <T>(pick: (name: string, service: (typeof services)[number][1]) => T[]): T[] =>
  services.flatMap(([name, service]) => pick(name, service))

/** Keys of the Compose specification that this file may use; any other is a slip of the pen, which Compose refuses. */
const TOP = /^(name|services|volumes|secrets|x-[\w-]+)$/
const SERVICE =
  /^(build|cap_drop|command|depends_on|environment|healthcheck|image|init|ports|read_only|restart|secrets|security_opt|stop_grace_period|tmpfs|volumes)$/

describe('docker-compose.yml', () => {
  test('uses only keys that the Compose specification has', () => {
    expect(Object.keys(compose).filter((key) => !TOP.test(key))).toEqual([])
    expect(
      flat((name, service) => Object.keys(service).map((key) => [name, key])).filter(
        ([, key]) => !SERVICE.test(key ?? ''),
      ),
    ).toEqual([])
  })

  test('holds the receiver, the worker, their stores, both sides of the alert and the patient', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'alertmanager',
      'fluxbase-db',
      'grafana',
      'nightshift-migrate',
      'nightshift-receiver',
      'nightshift-worker',
      'postgres',
      'postgres-exporter',
      'prometheus',
      'redis',
    ])
  })

  test('pins every image to a version', () => {
    expect(
      services.filter(([, { image }]) => !/^[\w./-]+:v?\d+\.\d+(\.\d+)?$/.test(image ?? '')).map(([name]) => name),
    ).toEqual([])
  })

  test('waits only for services that exist and can say that they are ready', () => {
    const waits = flat((name, service) =>
      Object.entries(service.depends_on ?? {}).map(([on, how]) => ({ name, on, how })),
    )
    expect(waits.length).toBeGreaterThan(5)
    const hopeless = waits.filter(({ on, how }) => {
      const awaited = compose.services[on]
      if (!awaited) return true
      if (how.condition === 'service_completed_successfully') return awaited.restart !== 'no'
      if (how.condition !== 'service_healthy') return true
      return awaited.healthcheck?.disable || (awaited.build === undefined && !awaited.healthcheck?.test)
    })
    expect(hopeless).toEqual([])
  })

  test('publishes no port twice and none beyond loopback by default', () => {
    const published = flat((_, service) => service.ports ?? []).map(partsOf)
    expect(published.map(([address]) => address).every((address) => address === '127.0.0.1')).toBe(true)
    const ports = published.map(([, port]) => port)
    expect(ports).toEqual([...new Set(ports)])
  })

  test('declares every named volume and mounts every declared one', () => {
    const named = flat((_, service) => service.volumes ?? [])
      .map((volume) => partsOf(volume)[0] ?? '')
      .filter((source) => !source.startsWith('.'))
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort())
  })

  test('mounts only files and folders that are in the repo, and only to be read', () => {
    const binds = flat((_, service) => service.volumes ?? [])
      .map(partsOf)
      .filter(([source]) => source?.startsWith('.'))
    expect(binds.length).toBeGreaterThan(4)
    expect(binds.filter(([source, , mode]) => !isThere(source ?? '') || mode !== 'ro')).toEqual([])
  })

  test('declares every secret that a service reads, ships an example of it, and declares no other', () => {
    const read = flat((_, service) => service.secrets ?? [])
    expect([...new Set(read)].sort()).toEqual(Object.keys(compose.secrets).sort())
    expect(Object.values(compose.secrets).filter(({ file }) => !isThere(withDefaults(file)))).toEqual([])
  })

  test('points at a secret only where the service is given it', () => {
    const pointed = flat((name, service) =>
      Object.values(service.environment ?? {})
        .map((value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1])
        .filter((secret) => secret !== undefined)
        .map((secret) => ({ name, secret })),
    )
    expect(pointed.length).toBeGreaterThan(8)
    expect(pointed.filter(({ name, secret }) => !compose.services[name]?.secrets?.includes(secret))).toEqual([])
  })

  test('says the same password on both sides of each database', () => {
    const passwordIn = (file: string) => new URL(textOf(`deploy/secrets.example/${file}`)).password
    expect(passwordIn('database-url')).toBe(textOf('deploy/secrets.example/postgres-password'))
    expect(textOf('deploy/fluxbase-db/roles.sql')).toContain('/run/secrets/fluxbase-database-url')
    expect(passwordIn('fluxbase-database-url')).not.toBe('')
  })

  test('names databases by their service, user and database', () => {
    for (const [file, host] of [
      ['database-url', 'postgres'],
      ['fluxbase-database-url', 'fluxbase-db'],
    ] as const) {
      const url = new URL(textOf(`deploy/secrets.example/${file}`))
      expect(url.hostname).toBe(host)
      expect(url.pathname).toBe(`/${compose.services[host]?.environment?.POSTGRES_DB}`)
    }
  })

  test('keeps Redis from forgetting: written to disk at each command, nothing evicted', () => {
    const command = compose.services.redis?.command?.join(' ')
    expect(command).toContain('--appendonly yes')
    expect(command).toContain('--appendfsync always')
    expect(command).toContain('--maxmemory-policy noeviction')
  })

  test('runs Nightshift without rights that it does not need', () => {
    expect(ours().length).toBe(3)
    for (const [, service] of ours()) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    }
  })

  test('explains every variable of its own in deploy/compose.env.example', () => {
    const asked = [...textOf('docker-compose.yml').matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(
      ([, name, value]) => `${name}=${value}`,
    )
    const given = textOf('deploy/compose.env.example')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
    expect([...new Set(asked)].sort()).toEqual(given.sort())
  })
})
