import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { audit } from '../../ledger/audit.ts'
import { auditText } from '../audit.ts'
import { sendAlert } from './alertmanager.ts'
import { createNarrator, type Narrator } from './narrator.ts'
import { type Stage, setStage } from './stage.ts'

export type DemoOptions = { stay: boolean; real: boolean; out: (text: string) => void; colour: boolean; cwd: string }

/** The rule's `longerThan` and `idleFor` must pass before there is anything to end, in ms. */
const IDLE_MS = 5200
const LONG_MS = 10_200

/**
 * Plays the demo: a database that is full is freed by itself, a slow one after a yes; then the ledger is audited.
 * @returns how many breaches the audit found
 */
export async function playDemo(options: DemoOptions): Promise<number> {
  const startedAt = performance.now()
  options.out('Nightshift demo: two real PostgreSQL servers, one for the ledger, one that falls ill.\n\n')
  const stage = await setStage(join(options.cwd, '.data'), null)
  try {
    const narrator = createNarrator(stage.ledger, options.out, options.colour, startedAt)
    narrator.say('ready', `service at ${stage.baseUrl}, policies from demo/policies`)
    await fullDatabase(stage, narrator)
    await slowDatabase(stage, narrator)
    const report = await audit(stage.ledger, new Date())
    narrator.say('audit', 'from the ledger alone:')
    options.out(`\n${auditText(report)}\nTotal: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
    if (options.stay) await stay(stage, options.out)
    return report.breaches.length
  } finally {
    await stage.close()
  }
}

async function fullDatabase({ patient, baseUrl }: Stage, narrator: Narrator): Promise<void> {
  const { sessions, refusal } = await patient.saturate()
  narrator.say('patient', `${sessions} transactions opened and forgotten; now it says: ${refusal}`, 'red')
  await pause(IDLE_MS)
  const labels = { alertname: 'FluxbaseDbConnectionsSaturated', system: 'fluxbase', severity: 'critical' }
  const startsAt = new Date()
  await sendAlert(baseUrl, labels, 'firing', startsAt)
  const { incident } = await narrator.until(
    'the fix to be verified',
    ({ kind, data }) => kind === 'verification.checked' && data.recovered === true,
  )
  if (!(await patient.accepts())) throw new Error('the patient still refuses its clients')
  narrator.say('patient', 'lets its clients in again', 'green')
  await sendAlert(baseUrl, labels, 'resolved', startsAt)
  await narrator.until(
    'the incident to close',
    (entry) => entry.kind === 'incident.closed' && entry.incident === incident,
  )
}

async function slowDatabase({ patient, baseUrl }: Stage, narrator: Narrator): Promise<void> {
  await patient.slowDown(2)
  narrator.say('patient', '2 statements that will run for ten minutes', 'red')
  await pause(LONG_MS)
  const labels = { alertname: 'FluxbaseDbClientsWaiting', system: 'fluxbase', severity: 'major' }
  const startsAt = new Date()
  await sendAlert(baseUrl, labels, 'firing', startsAt)
  const { data, incident } = await narrator.until('the question', ({ kind }) => kind === 'approval.requested')
  narrator.say('you', `POST /api/v1/remediations/${data.remediation}/approve`, 'magenta')
  const answer = await fetch(`${baseUrl}/api/v1/remediations/${data.remediation}/approve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'demo' }),
  })
  if (!answer.ok) throw new Error(`the approval was refused: ${await answer.text()}`)
  await narrator.until(
    'the fix to be verified',
    (entry) => entry.kind === 'verification.checked' && entry.data.recovered === true && entry.incident === incident,
  )
  await sendAlert(baseUrl, labels, 'resolved', startsAt)
  await narrator.until(
    'the incident to close',
    (entry) => entry.kind === 'incident.closed' && entry.incident === incident,
  )
}

async function stay({ baseUrl, patient }: Stage, out: (text: string) => void): Promise<void> {
  out(
    `\nStays up until Ctrl-C:\n  ${baseUrl}/api/v1/incidents\n  ${baseUrl}/metrics\n  ${baseUrl}/openapi.json\n  patient: ${patient.agentUrl}\n`,
  )
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
