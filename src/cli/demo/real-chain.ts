import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CleanUps } from '../../app/cleanups.ts'
import { NightshiftError } from '../../domain/errors.ts'
import {
  alertmanagerFile,
  alertmanagersFile,
  CHAIN_TIMES,
  prometheusFile,
  shortenHolds,
  type Webhook,
} from './chain-files.ts'
import { findProgram } from './find-program.ts'
import { type Program, startProgram } from './program.ts'

export const SHIPPED_RULES = fileURLToPath(new URL('../../../policies/alerts/fluxbase.rules.yaml', import.meta.url))

const NEEDED = ['prometheus', 'alertmanager', 'postgres_exporter'] as const

/** Paths of the chain's programs. */
export type ChainPrograms = Readonly<Record<(typeof NEEDED)[number], string>>

/** postgres_exporter and Prometheus, with the shipped rules, at work on one database. */
export type Chain = {
  prometheusUrl: string
  /** From now on alerts are sent to these, and to no others. */
  sendAlertsTo: (alertmanagerUrls: readonly string[]) => Promise<void>
}

/**
 * Finds the programs on this machine.
 * @throws NightshiftError `config-invalid`: which are missing, and how to get them
 */
export function findChainPrograms(folders: readonly string[]): ChainPrograms {
  const found = NEEDED.map((name) => [name, findProgram(name, folders)] as const)
  const missing = found.filter(([, path]) => path === null).map(([name]) => name)
  if (missing.length > 0) {
    const how =
      'on Debian "apt-get install prometheus prometheus-alertmanager prometheus-postgres-exporter" brings them; elsewhere put them on PATH'
    throw new NightshiftError('config-invalid', `the real chain needs ${missing.join(', ')}, not found here: ${how}`)
  }
  return Object.fromEntries(found) as ChainPrograms
}

/**
 * Starts postgres_exporter and Prometheus on free loopback ports.
 * @param folder of their own, for configuration and data
 * @param databaseUrl role with pg_monitor and pg_use_reserved_connections: it must get in when the database is full
 */
export async function startChain(
  programs: ChainPrograms,
  folder: string,
  databaseUrl: string,
  cleanUps: CleanUps,
): Promise<Chain> {
  await mkdir(folder, { recursive: true })
  const file = (name: string) => join(folder, name)
  const start = (program: Program) => startCleanly(program, cleanUps)

  const source = new URL(databaseUrl)
  source.searchParams.set('sslmode', 'disable')
  const exporterUrl = await start({
    name: 'postgres_exporter',
    path: programs.postgres_exporter,
    args: (port) => [`--web.listen-address=127.0.0.1:${port}`],
    env: { DATA_SOURCE_NAME: source.href },
    ready: '/',
  })

  const sendAlertsTo: Chain['sendAlertsTo'] = async (urls) => {
    // Prometheus reads the file whenever it changes: never half of it.
    await writeFile(file('alertmanagers.new'), alertmanagersFile(urls))
    await rename(file('alertmanagers.new'), file('alertmanagers.json'))
  }
  await sendAlertsTo([])
  await writeFile(file('fluxbase.rules.yaml'), shortenHolds(await readFile(SHIPPED_RULES, 'utf8'), CHAIN_TIMES.hold))
  const exporter = new URL(exporterUrl).host
  const config = prometheusFile(file('fluxbase.rules.yaml'), file('alertmanagers.json'), exporter)
  await writeFile(file('prometheus.yml'), config)
  const prometheusUrl = await start({
    name: 'prometheus',
    path: programs.prometheus,
    args: (port) => [
      `--config.file=${file('prometheus.yml')}`,
      `--storage.tsdb.path=${file('prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: '/-/ready',
  })
  return { prometheusUrl, sendAlertsTo }
}

/**
 * Starts Alertmanager on a free loopback port, alone unless `clusterFlags` say otherwise; returns its URL.
 * @param folder of its own, for configuration and data
 */
export async function startAlertmanager(
  path: string,
  folder: string,
  webhook: Webhook,
  cleanUps: CleanUps,
  clusterFlags: readonly string[] = ['--cluster.listen-address='],
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'alertmanager.yml')
  await writeFile(config, alertmanagerFile(webhook), { mode: 0o600 })
  const program: Program = {
    name: 'alertmanager',
    path,
    args: (port) => [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...clusterFlags,
    ],
    ready: '/-/ready',
  }
  return startCleanly(program, cleanUps)
}

async function startCleanly(program: Program, cleanUps: CleanUps): Promise<string> {
  const { url, stop } = await startProgram(program)
  cleanUps.add(program.name, stop)
  return url
}
