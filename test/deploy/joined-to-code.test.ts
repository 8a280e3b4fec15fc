import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { addHealth } from '../../src/receive/health.ts'
import { addMetrics } from '../../src/receive/operation.ts'
import { webhookRoute } from '../../src/receive/webhook-schema.ts'
import { SETTINGS } from '../../src/settings.ts'
import { filesBelow, textOf } from '../repo/repo-files.ts'
import { compose, ours, partsOf, withDefaults, yamlOf } from './compose-file.ts'

const PORT = SETTINGS.find(({ name }) => name === 'PORT')?.initial
const settings = new Set(SETTINGS.flatMap(({ name }) => [name, `${name}_FILE`]))

/** `${env:NAME}` in the shipped policies. */
const patients = filesBelow(['policies'], '.yaml').flatMap((file) =>
  [...textOf(file).matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name as string),
)

/** What a service's environment says, secrets read from their examples as Docker would mount them. */
function environmentOf(service: string): Record<string, string> {
  const given = compose.services[service]?.environment ?? {}
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, withDefaults(value)]))
}
const readSecret = (path: string): string => textOf(path.replace('/run/secrets/', 'deploy/secrets.example/'))

describe('what is deployed fits the code', () => {
  test.each(ours())('%s has an environment that the configuration accepts, reachable from outside', (name) => {
    const config = readConfig({ ...environmentOf(name), HOST: '0.0.0.0' }, readSecret)
    expect(config.loopbackOnly).toBe(false)
    expect(config.databaseUrl).toBe(readSecret('/run/secrets/database-url'))
    expect(config.webhookToken).toBe(readSecret('/run/secrets/webhook-token'))
    expect(config.unused).toEqual([])
  })

  test('receiver and worker have their roles', () => {
    const roleOf = (name: string) => readConfig(environmentOf(name), readSecret).role
    expect(roleOf('nightshift-receiver')).toBe('receiver')
    expect(roleOf('nightshift-worker')).toBe('worker')
  })

  test('every name in the environment is a setting, or one that a shipped policy asks for', () => {
    const known = new Set([...settings, ...patients.flatMap((name) => [name, `${name}_FILE`])])
    const names = ours().flatMap(([, service]) => Object.keys(service.environment ?? {}))
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  test('every patient of the shipped policies is given to the receiver and to the worker', () => {
    expect(patients.length).toBeGreaterThan(0)
    for (const service of ['nightshift-receiver', 'nightshift-worker']) {
      const names = Object.keys(environmentOf(service)).map((name) => name.replace(/_FILE$/, ''))
      expect(names).toEqual(expect.arrayContaining(patients))
    }
  })

  test('every setting that the Dockerfile, the compose file and the pages name is one that the code reads', () => {
    const pages = [
      'Dockerfile',
      'docker-compose.yml',
      'README.md',
      'CONTRIBUTING.md',
      'deploy/compose.env.example',
      ...filesBelow(['docs'], '.md'),
    ]
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\bNIGHTSHIFT_[A-Z_]+[A-Z]\b/g)].map(([name]) => ({ page, name })),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(({ name }) => !settings.has(name))).toEqual([])
  })

  test('the port is the same in the configuration, the image, the compose file and the monitoring', () => {
    expect(textOf('Dockerfile')).toContain(`EXPOSE ${PORT}\n`)
    expect(textOf('Dockerfile')).toContain(`process.env.PORT || ${PORT}`)
    expect(partsOf(compose.services['nightshift-receiver']?.ports?.[0] ?? '').at(-1)).toBe(PORT)
    expect(textOf('deploy/prometheus/prometheus.yml')).toContain(
      `nightshift-receiver:${PORT}, nightshift-worker:${PORT}`,
    )
  })

  test('health check, scrape and webhook go to routes that exist', () => {
    const app = new OpenAPIHono()
    addHealth(app, { live: {}, ready: {}, startup: {} })
    addMetrics(app, async () => ({ contentType: 'text/plain', text: '' }))
    const routes = app.routes.map(({ path }) => path)
    expect(routes).toContain(/http:\/\/127\.0\.0\.1:\$\{.*?\}(\/[\w/]+)/.exec(textOf('Dockerfile'))?.[1])
    // Prometheus' default path, which prometheus.yml leaves as it is.
    expect(routes).toContain('/metrics')
    expect(textOf('deploy/prometheus/prometheus.yml')).not.toContain('metrics_path')
    const alertmanager = yamlOf<{ receivers: { webhook_configs: { url: string }[] }[] }>(
      'deploy/alertmanager/alertmanager.yml',
    )
    expect(alertmanager.receivers.flatMap(({ webhook_configs: hooks }) => hooks.map(({ url }) => url))).toEqual([
      `http://nightshift-receiver:${PORT}${webhookRoute.path}`,
    ])
  })
})
