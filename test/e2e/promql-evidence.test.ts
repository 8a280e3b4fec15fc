import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sendAlert } from '../../src/cli/demo/alertmanager.ts'
import type { Patient } from '../../src/cli/demo/patient.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { prometheusTarget } from '../../src/targets/prometheus.ts'
import { eventually } from '../faults/lane.ts'
import { breachesOf } from '../faults/told-story.ts'
import { startAppProcess } from '../support/app-process.ts'
import { createDatabase } from '../support/postgres.ts'
import { describeWith } from '../support/real-servers.ts'
import { startWatchedPatient } from './watched-patient.ts'

const POLICIES = fileURLToPath(new URL('policies', import.meta.url))

describeWith(['prometheus', 'alertmanager', 'postgres_exporter'], 'a real Prometheus as the judge of a fix', () => {
  test('a fix that its metrics confirm succeeds, one that they do not confirm goes to a person', async () => {
    const { patient, prometheusUrl } = await startWatchedPatient()
    const ledger = await createDatabase()
    onTestFinished(ledger.drop)
    const db = openDatabase(ledger.url, 2)
    onTestFinished(db.close)
    await migrate(db)
    const app = await startAppProcess({
      DATABASE_URL: ledger.url,
      NIGHTSHIFT_POLICIES: POLICIES,
      PATIENT_DATABASE_URL: patient.agentUrl,
      PROMETHEUS_URL: prometheusUrl,
    })
    onTestFinished(app.remove)

    const prometheus = prometheusTarget('metrics', { url: prometheusUrl })
    const play = async (alertname: string, state: string): Promise<unknown> => {
      await forgetTransactions(patient)
      // The old figures must be known to be bad, or a look at them would prove nothing.
      await eventually(async () =>
        expect((await prometheus.query('sum(pg_stat_activity_count) >= 10')).length, 'a full database').toBe(1),
      )
      await sendAlert(app.url(), { alertname, system: 'patient' }, 'firing', new Date())
      const { rows } = await vi.waitFor(
        async () => {
          const found = await db.query<{ state: string; evidence: string }>(
            `select remediation.state, payload->'data'->>'evidence' as evidence
               from remediation join entry on chain = incident and kind = 'verification.checked'
              where rule = $1`,
            [alertname.toLowerCase()],
          )
          expect(found.rows).toMatchObject([{ state }])
          return found
        },
        { timeout: 60_000, interval: 100 },
      )
      expect(await patient.accepts()).toBe(true)
      return rows[0]?.evidence
    }

    expect(await play('Proven', 'succeeded')).toMatch(/; sum\(pg_stat_activity_count\) < 10 holds$/)
    await sendAlert(app.url(), { alertname: 'Proven', system: 'patient' }, 'resolved', new Date())
    expect(await play('Unproven', 'ineffective')).toMatch(/; sum\(pg_stat_activity_count\) > 1000 does not hold$/)

    await eventually(async () => {
      const { rows } = await db.query(
        "select escalation.state from escalation join incident on incident.id = incident where incident.state = 'open'",
      )
      expect(rows).toEqual([{ state: 'paging' }])
    })
    expect(await breachesOf(db)).toEqual([])
  })
})

/** Fills the patient, and waits until its sessions have been idle for as long as the rules want. */
async function forgetTransactions(patient: Patient): Promise<void> {
  await patient.saturate()
  const db = openDatabase(patient.exporterUrl, 1)
  try {
    await eventually(async () => {
      const { rows } = await db.query(
        "select 1 from pg_stat_activity where state = 'idle in transaction' and state_change > now() - interval '5 s'",
      )
      expect(rows).toEqual([])
    })
  } finally {
    await db.close()
  }
}
