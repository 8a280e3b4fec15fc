import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { audit } from '../../ledger/audit.ts'
import { auditText } from '../audit.ts'
import { untilTold } from '../until-told.ts'
import { sendAlert } from './alertmanager.ts'
import { CHAIN_TIMES } from './chain-files.ts'
import { createNarrator, type Narrator } from './narrator.ts'
import type { ChainPrograms } from './real-chain.ts'
import { type Stage, setStage } from './stage.ts'

export type DemoOptions = {
  stay: boolean
  /** Programs of the real chain, which then raises the first alert; null: the demo sends what Alertmanager would. */
  real: ChainPrograms | null
  out: (text: string) => void
  colour: boolean
  cwd: string
}

/** The rule's `longerThan` and `idleFor` must pass before there is anything to end, in ms. */
const IDLE_MS = 5200
const LONG_MS = 10_200

/**
 * Plays the demo: a database that is full is freed by itself, a slow one after a yes; then the ledger is audited. Ends early,
 * and in order, at a SIGINT or SIGTERM.
 * @returns how many breaches the audit found; null when it was told to end before
 * @throws NightshiftError `config-invalid` when a server does not start
 */
export async function playDemo(options: DemoOptions): Promise<number | null> {
  const startedAt = performance.now()
  options.out('Nightshift demo: two real PostgreSQL servers, one for the ledger, one that falls ill.\n\n')
  // Registered before anything is started: a signal during the start must not leave half of it behind.
  let isTold = false
  const told = untilTold().then(() => {
    isTold = true
  })
  const stage = await setStage(join(options.cwd, '.data'), options.real)
  // What is still under way when it is told to end has nothing more to say.
  const out = (text: string): void => void (isTold || options.out(text))
  try {
    const breaches = await Promise.race([told.then(() => null), play(stage, { ...options, out }, startedAt)])
    if (breaches !== null && options.stay) {
      out(whereToLook(stage))
      await told
    }
    return breaches
  } finally {
    await stage.close()
  }
}

async function play(stage: Stage, { out, colour }: DemoOptions, startedAt: number): Promise<number> {
  const narrator = createNarrator(stage.ledger, out, colour, startedAt)
  narrator.say('ready', `service at ${stage.baseUrl}, policies from demo/policies`)
  await fullDatabase(stage, narrator)
  await slowDatabase(stage, narrator)
  const report = await audit(stage.ledger, new Date())
  narrator.say('audit', 'from the ledger alone:')
  out(`\n${auditText(report)}\nTotal: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
  return report.breaches.length
}

async function fullDatabase({ patient, baseUrl, chain }: Stage, narrator: Narrator): Promise<void> {
  const { sessions, refusal } = await patient.saturate()
  narrator.say('patient', `${sessions} transactions opened and forgotten; now it says: ${refusal}`, 'red')
  const labels = { alertname: 'FluxbaseDbConnectionsSaturated', system: 'fluxbase', severity: 'critical' }
  let startsAt = new Date()
  if (chain !== null) {
    const { hold } = CHAIN_TIMES
    narrator.say(
      'Prometheus',
      `is told by postgres_exporter; the shipped rule must hold for ${hold}, then Alertmanager calls`,
    )
  } else {
    await waitFor(IDLE_MS)
    startsAt = new Date()
    await sendAlert(baseUrl, labels, 'firing', startsAt)
  }
  // Prometheus sees for itself that it is over: its resolved can be quicker than our last look.
  let closed = false
  const { incident } = await narrator.until('the fix to be verified', ({ kind, data }) => {
    closed ||= kind === 'incident.closed'
    return kind === 'verification.checked' && data.recovered === true
  })
  if (!(await patient.accepts())) throw new Error('the patient still refuses its clients')
  narrator.say('patient', 'lets its clients in again', 'green')
  if (chain === null) await sendAlert(baseUrl, labels, 'resolved', startsAt)
  if (closed) return
  await narrator.until(
    'the incident to close',
    (entry) => entry.kind === 'incident.closed' && entry.incident === incident,
  )
}

async function slowDatabase({ patient, baseUrl }: Stage, narrator: Narrator): Promise<void> {
  await patient.slowDown(2)
  narrator.say('patient', '2 statements that will run for ten minutes', 'red')
  await waitFor(LONG_MS)
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

/** Unlike a plain timer it does not keep a demo alive that was told to end. */
function waitFor(ms: number): Promise<void> {
  return pause(ms, undefined, { ref: false })
}

function whereToLook({ baseUrl, patient, chain }: Stage): string {
  const lines = [
    `${baseUrl}/api/v1/incidents`,
    `${baseUrl}/metrics`,
    `${baseUrl}/openapi.json`,
    ...(chain === null ? [] : [`Prometheus: ${chain.prometheusUrl}`, `Alertmanager: ${chain.alertmanagerUrl}`]),
    `patient: ${patient.agentUrl}`,
  ]
  return `\nStays up until Ctrl-C:\n${lines.map((line) => `  ${line}\n`).join('')}`
}
