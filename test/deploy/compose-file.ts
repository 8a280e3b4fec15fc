import { parse } from 'yaml'
import { textOf } from '../repo/repo-files.ts'

export type Service = {
  image?: string
  build?: string
  command?: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  secrets?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[]; disable?: boolean }
  [key: string]: unknown
}

export type Compose = {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  secrets: Record<string, { file: string }>
  [key: string]: unknown
}

/** Reads a YAML file of the repo, with `<<` merged as Compose does it. */
export function yamlOf<T>(path: string): T {
  return parse(textOf(path), { merge: true }) as T
}

/** docker-compose.yml, with the variables of its text still in place. */
export const compose = yamlOf<Compose>('docker-compose.yml')

/** The text with each `${NAME:-default}` as its default. */
export function withDefaults(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, '$1')
}

/** A published port or a bind mount, cut at its colons, variables first put in. */
export function partsOf(text: string): string[] {
  return withDefaults(text).split(':')
}

/** The services that run Nightshift itself. */
export function ours(): [string, Service][] {
  return Object.entries(compose.services).filter(([, service]) => service.build !== undefined)
}
