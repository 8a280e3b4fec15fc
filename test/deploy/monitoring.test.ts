import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { filesBelow, REPO, textOf } from '../repo/repo-files.ts'
import { describeWith, serverPath } from '../support/real-servers.ts'
import { compose, yamlOf } from './compose-file.ts'

type Targets = { static_configs: { targets: string[] }[] }
type Prometheus = {
  rule_files: string[]
  alerting: { alertmanagers: Targets[] }
  scrape_configs: (Targets & { job_name: string })[]
}
type Webhook = {
  url: string
  send_resolved: boolean
  max_alerts: number
  http_config: { follow_redirects: boolean; authorization: { type: string; credentials_file: string } }
}
type Alertmanager = { route: { receiver: string }; receivers: { name: string; webhook_configs: Webhook[] }[] }

const prometheus = yamlOf<Prometheus>('deploy/prometheus/prometheus.yml')
const alertmanager = yamlOf<Alertmanager>('deploy/alertmanager/alertmanager.yml')

const check = (tool: string, ...args: string[]) => spawnSync(serverPath(tool), args, { cwd: REPO, encoding: 'utf8' })
const hostsOf = (groups: Targets[]): string[] =>
  groups.flatMap((group) => group.static_configs.flatMap((c) => c.targets))

describeWith(['promtool'], 'deploy/prometheus by its own judge', () => {
  test('prometheus.yml satisfies promtool', () => {
    const { status, stdout, stderr } = check('promtool', 'check', 'config', 'deploy/prometheus/prometheus.yml')
    expect(status, stdout + stderr).toBe(0)
  })
})

describeWith(['amtool'], 'deploy/alertmanager by its own judge', () => {
  test('alertmanager.yml satisfies amtool', () => {
    const { status, stdout, stderr } = check('amtool', 'check-config', 'deploy/alertmanager/alertmanager.yml')
    expect(status, stdout + stderr).toBe(0)
  })
})

describe('deploy/prometheus', () => {
  test('scrapes, and alerts through, services of the compose file', () => {
    const hosts = hostsOf([...prometheus.scrape_configs, ...prometheus.alerting.alertmanagers]).map(
      (host) => host.split(':')[0] ?? '',
    )
    expect(hosts).toEqual(
      expect.arrayContaining(['nightshift-receiver', 'nightshift-worker', 'postgres-exporter', 'alertmanager']),
    )
    expect(hosts.filter((host) => host !== '127.0.0.1' && !compose.services[host])).toEqual([])
  })

  test('scrapes every job that the shipped rules ask about', () => {
    const asked = filesBelow(['policies/alerts'], '.rules.yaml').flatMap((file) =>
      [...textOf(file).matchAll(/\bjob="([^"]+)"/g)].map(([, job]) => job),
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(prometheus.scrape_configs.map((job) => job.job_name)).toEqual(expect.arrayContaining([...new Set(asked)]))
  })

  test('reads its rules from where the compose file puts the shipped ones', () => {
    expect(prometheus.rule_files).toEqual(['alerts/*.rules.yaml'])
    expect(compose.services.prometheus?.volumes).toContain('./policies/alerts:/etc/prometheus/alerts:ro')
  })
})

describe('deploy/alertmanager', () => {
  const webhooks = alertmanager.receivers.flatMap((receiver) => receiver.webhook_configs)

  test('sends every alert, uncut and to its end, to the receiver', () => {
    expect(alertmanager.receivers.map(({ name }) => name)).toContain(alertmanager.route.receiver)
    expect(webhooks).toHaveLength(1)
    expect(webhooks[0]).toMatchObject({ send_resolved: true, max_alerts: 0, http_config: { follow_redirects: false } })
    expect(new URL(webhooks[0]?.url ?? '').hostname).toBe('nightshift-receiver')
  })

  test('shows the token that the receiver asks for', () => {
    const file = webhooks[0]?.http_config.authorization.credentials_file
    expect(compose.services['nightshift-receiver']?.environment?.NIGHTSHIFT_WEBHOOK_TOKEN_FILE).toBe(file)
    expect(compose.services.alertmanager?.secrets).toContain(file?.replace('/run/secrets/', ''))
  })
})
