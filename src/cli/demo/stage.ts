import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CleanUps, createCleanUps } from '../../app/cleanups.ts'
import { type App, startApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import { silentLog } from '../../domain/log.ts'
import { removeEmbedded } from '../../embedded/place.ts'
import { commandOf } from '../../embedded/process-command.ts'
import { startEmbedded } from '../../embedded/server.ts'
import { type Database, openDatabase } from '../../ledger/database.ts'
import { migrate } from '../../ledger/migrate.ts'
import { PATIENT_FLAGS, type Patient, preparePatient } from './patient.ts'
import { type ChainPrograms, startAlertmanager, startChain } from './real-chain.ts'

const POLICIES = fileURLToPath(new URL('../../../demo/policies', import.meta.url))

/** All that the demo starts: two PostgreSQL servers, the patient's roles, the real chain if asked for, the service itself. */
export type Stage = {
  app: App
  baseUrl: string
  patient: Patient
  patientUrl: string
  ledger: Database
  /** What raises the alerts; null: the demo sends them itself. */
  chain: { prometheusUrl: string; alertmanagerUrl: string } | null
  close: () => Promise<void>
}

/**
 * Starts everything in a folder of its own, so that demos do not meet. What an earlier demo left behind, because it was
 * killed, is cleared away first.
 * @param folder `.data` of the working folder
 * @param programs of the real chain; null: it is not started
 */
export async function setStage(folder: string, programs: ChainPrograms | null): Promise<Stage> {
  await clearLeftOvers(folder)
  const own = join(folder, `demo-${process.pid}`)
  await mkdir(own, { recursive: true })
  const cleanUps = createCleanUps(silentLog)
  try {
    return await build(own, programs, cleanUps)
  } catch (error) {
    await cleanUps.run()
    throw error
  }
}

async function build(own: string, programs: ChainPrograms | null, cleanUps: CleanUps): Promise<Stage> {
  cleanUps.add('folder', () => rm(own, { recursive: true, force: true }))
  const start = async (name: string, database: string, flags: Record<string, string>) => {
    const dataDir = join(own, name)
    cleanUps.add(`data of ${name}`, () => removeEmbedded(dataDir))
    const server = await startEmbedded({ dataDir, log: silentLog, database, flags })
    cleanUps.add(name, server.stop)
    return server.url
  }
  const [ledgerUrl, patientUrl] = await Promise.all([
    start('ledger', 'nightshift', {}),
    start('patient', 'fluxbase', PATIENT_FLAGS),
  ])
  const patient = await preparePatient(patientUrl)
  cleanUps.add("patient's sessions", patient.close)
  const ledger = openDatabase(ledgerUrl, 2)
  cleanUps.add('ledger reader', ledger.close)
  await migrate(ledger)
  const folder = join(own, 'chain')
  const chain = programs === null ? null : await startChain(programs, folder, patient.exporterUrl, cleanUps)
  const env = {
    DATABASE_URL: ledgerUrl,
    PORT: '0',
    NIGHTSHIFT_POLICIES: POLICIES,
    FLUXBASE_DATABASE_URL: patient.agentUrl,
    ...(chain === null ? {} : { PROMETHEUS_URL: chain.prometheusUrl }),
  }
  const app = await startApp(
    readConfig(env, () => ''),
    env,
    silentLog,
  )
  cleanUps.add('service', app.stop)
  const baseUrl = `http://127.0.0.1:${app.port}`
  const stage = { app, baseUrl, patient, patientUrl, ledger, close: cleanUps.run }
  if (chain === null || programs === null) return { ...stage, chain: null }

  const webhook = { url: `${baseUrl}/webhooks/alertmanager` }
  const alertmanagerUrl = await startAlertmanager(
    programs.alertmanager,
    join(folder, 'alertmanager'),
    webhook,
    cleanUps,
  )
  await chain.sendAlertsTo([alertmanagerUrl])
  return { ...stage, chain: { prometheusUrl: chain.prometheusUrl, alertmanagerUrl } }
}

/** Servers of demos whose process is gone, after a `kill -9` for instance: stopped, and their folders deleted. */
async function clearLeftOvers(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => [])
  for (const name of entries) {
    const pid = /^demo-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || (await plays(Number(pid)))) continue
    for (const server of ['ledger', 'patient']) {
      const dataDir = join(folder, name, server)
      const adopted = await startEmbedded({ dataDir, log: silentLog }).catch(() => null)
      await adopted?.stop()
      await removeEmbedded(dataDir).catch(() => {})
    }
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** A process id may belong to somebody else by now, and one that was killed may still be listed: so it is asked who it is. */
async function plays(pid: number): Promise<boolean> {
  return (await commandOf(pid)).includes('demo')
}
