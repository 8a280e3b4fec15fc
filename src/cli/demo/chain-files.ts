/** How long Prometheus and Alertmanager take for each of their steps; in production it is minutes. */
export const CHAIN_TIMES = { scrape: '1s', evaluate: '1s', hold: '6s', groupWait: '1s', groupInterval: '3s' }

/** Prometheus' rules with every `for:` replaced, and nothing else. @param hold a duration of Prometheus, `6s` */
export function shortenHolds(rules: string, hold: string): string {
  return rules.replace(/^(\s+for: )\S+$/gm, `$1${hold}`)
}

/** prometheus.yml, as JSON, which is YAML too. Job and label are those of deploy/prometheus: the rules ask for them. */
export function prometheusFile(rulesFile: string, alertmanagersFile: string, exporter: string): string {
  return JSON.stringify({
    global: {
      scrape_interval: CHAIN_TIMES.scrape,
      scrape_timeout: CHAIN_TIMES.scrape,
      evaluation_interval: CHAIN_TIMES.evaluate,
    },
    rule_files: [rulesFile],
    // Alertmanager needs to know Nightshift, which needs to know Prometheus: so Prometheus learns of Alertmanager last.
    alerting: { alertmanagers: [{ file_sd_configs: [{ files: [alertmanagersFile] }] }] },
    scrape_configs: [
      {
        job_name: 'fluxbase-postgres',
        static_configs: [{ targets: [exporter], labels: { system: 'fluxbase' } }],
      },
    ],
  })
}

/** The file that tells Prometheus of its Alertmanagers. */
export function alertmanagersFile(urls: readonly string[]): string {
  return JSON.stringify([{ targets: urls.map((url) => new URL(url).host) }])
}

export type Webhook = { url: string; token?: string }

/** alertmanager.yml, as JSON: one route that sends everything to Nightshift. */
export function alertmanagerFile({ url, token }: Webhook): string {
  return JSON.stringify({
    route: {
      receiver: 'nightshift',
      group_by: ['system', 'alertname'],
      group_wait: CHAIN_TIMES.groupWait,
      group_interval: CHAIN_TIMES.groupInterval,
      repeat_interval: '4h',
    },
    receivers: [
      {
        name: 'nightshift',
        webhook_configs: [
          {
            url,
            send_resolved: true,
            max_alerts: 0,
            http_config: {
              follow_redirects: false,
              ...(token === undefined ? {} : { authorization: { type: 'Bearer', credentials: token } }),
            },
          },
        ],
      },
    ],
  })
}
