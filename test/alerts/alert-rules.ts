import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** An alerting rule as Prometheus reads it. */
export type AlertRule = {
  file: string
  alert: string
  expr: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

export const ALERTS = 'policies/alerts'

/** Files of that ending in policies/alerts, with their folder. */
export function alertFiles(ending: string): string[] {
  return readdirSync(ALERTS)
    .filter((file) => file.endsWith(ending))
    .map((file) => `${ALERTS}/${file}`)
    .sort()
}

/** All alerting rules that we ship. */
export function alertRules(): AlertRule[] {
  return alertFiles('.rules.yaml').flatMap((file) => {
    const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: AlertRule[] }[] }
    return groups.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, file })))
  })
}
