import { setTimeout as pause } from 'node:timers/promises'
import { openPatientSession, type PatientSession } from './patient-session.ts'

/** The database that falls ill: a real PostgreSQL server of its own. */
export type Patient = {
  /** What the policy's target connects with: a role that may look and signal, and no more. */
  agentUrl: string
  /** What postgres_exporter connects with: a role that may look, and gets in when all else is full. */
  exporterUrl: string
  /** Opens transactions and forgets them, until the server refuses; returns how many, and what the server says then. */
  saturate: () => Promise<{ sessions: number; refusal: string }>
  /** Starts statements that do not end. */
  slowDown: (count: number) => Promise<void>
  /** Whether a client of the application gets in. */
  accepts: () => Promise<boolean>
  close: () => Promise<void>
}

const AGENT = 'nightshift_agent'
const EXPORTER = 'exporter'
const APPLICATION = 'fluxbase_app'
const PASSWORD = 'demo'

/** PostgreSQL settings of the patient: few connections, some of them reserved for who comes to help. */
export const PATIENT_FLAGS = {
  max_connections: '25',
  superuser_reserved_connections: '3',
  reserved_connections: '4',
  fsync: 'off',
}

/** Makes roles and returns the levers. @param url of a superuser */
export async function preparePatient(url: string): Promise<Patient> {
  const admin = await openPatientSession(url)
  for (const statement of [
    `create role ${APPLICATION} login password '${PASSWORD}'`,
    `create role ${AGENT} login password '${PASSWORD}'`,
    // The least that the handlers need, as docs/targets.md says: see all sessions, end them, and get in when all else is full.
    `grant pg_read_all_stats, pg_signal_backend, pg_use_reserved_connections to ${AGENT}`,
    `create role ${EXPORTER} login password '${PASSWORD}' connection limit 3`,
    `grant pg_monitor, pg_use_reserved_connections to ${EXPORTER}`,
  ]) {
    await admin.query(statement)
  }
  await admin.end()

  const as = (role: string): string => {
    const target = new URL(url)
    target.username = role
    target.password = PASSWORD
    return target.href
  }
  const sessions: PatientSession[] = []
  return {
    agentUrl: as(AGENT),
    exporterUrl: as(EXPORTER),
    saturate: async () => {
      for (;;) {
        try {
          const session = await openPatientSession(as(APPLICATION))
          sessions.push(session)
          await session.query('begin')
          await session.query('select 1')
        } catch (error) {
          return { sessions: sessions.length, refusal: (error as Error).message }
        }
      }
    },
    slowDown: async (count) => {
      for (let started = 0; started < count; started++) {
        const session = await openPatientSession(as(APPLICATION))
        sessions.push(session)
        // Ended from outside: its failure is what the demo is about.
        session.query('select pg_sleep(600)').catch(() => {})
      }
    },
    accepts: async () => {
      try {
        await (await openPatientSession(as(APPLICATION))).end()
        return true
      } catch {
        return false
      }
    },
    close: async () => {
      await Promise.race([Promise.all(sessions.map((session) => session.end().catch(() => {}))), pause(1000)])
    },
  }
}
