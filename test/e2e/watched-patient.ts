import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createCleanUps } from '../../src/app/cleanups.ts'
import { PATIENT_FLAGS, type Patient, preparePatient } from '../../src/cli/demo/patient.ts'
import { type Chain, startAlertmanager, startChain } from '../../src/cli/demo/real-chain.ts'
import { silentLog } from '../../src/domain/log.ts'
import { startServer } from '../support/postgres.ts'
import { serverPath } from '../support/real-servers.ts'

/** A real database of few connections, watched by a real exporter and a real Prometheus with the shipped rules. */
export type WatchedPatient = {
  patient: Patient
  prometheusUrl: string
  /** Starts a real Alertmanager that calls this webhook, and tells Prometheus of it. */
  alertTo: (webhook: { url: string; token: string }) => Promise<void>
}

/** Starts all of it; it is gone when the test is finished. */
export async function startWatchedPatient(): Promise<WatchedPatient> {
  const cleanUps = createCleanUps(silentLog)
  onTestFinished(cleanUps.run)
  const server = await startServer({ flags: PATIENT_FLAGS })
  cleanUps.add('server', server.remove)
  const patient = await preparePatient(server.url)
  cleanUps.add('sessions', patient.close)
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-chain-'))
  cleanUps.add('folder', () => rm(folder, { recursive: true }))

  const alertmanager = serverPath('alertmanager')
  const programs = {
    prometheus: serverPath('prometheus'),
    postgres_exporter: serverPath('postgres_exporter'),
    alertmanager,
  }
  const chain: Chain = await startChain(programs, folder, patient.exporterUrl, cleanUps)
  return {
    patient,
    prometheusUrl: chain.prometheusUrl,
    alertTo: async (webhook) => {
      await chain.sendAlertsTo([await startAlertmanager(alertmanager, join(folder, 'alertmanager'), webhook, cleanUps)])
    },
  }
}
