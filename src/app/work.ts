import type { Log } from '../domain/log.ts'
import { drainIntake } from '../flow/intake.ts'
import { type Loop, startLoop } from '../flow/loop.ts'
import { advance } from '../flow/remediate.ts'
import type { RemediateDeps } from '../flow/remediate-deps.ts'
import { removeSilences, type SilenceDeps } from '../flow/silence.ts'
import { ringBells, sweep } from '../flow/sweep.ts'
import type { Queue } from '../queue/queue.ts'
import { parseNotification } from '../receive/alertmanager.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { CleanUps } from './cleanups.ts'

/** Longest pause between two looks at the outbox, at the inbox, and at what fell through, in ms; all are woken earlier. */
const OUTBOX_MS = 500
const INTAKE_MS = 200
const SWEEP_MS = 1000
/** Remediations worked on at the same time by one process. */
const CONCURRENCY = 20

export type WorkDeps = {
  alertmanager: SilenceDeps['alertmanager']
  flow: RemediateDeps
  queue: Queue
  metrics: Metrics
  log: Log
  cleanUps: CleanUps
}

/** Hands what is owed to the queue, at once when woken. */
export function startOutbox({ flow, queue, log, cleanUps }: WorkDeps): Loop {
  const loop = startLoop('outbox', OUTBOX_MS, () => ringBells({ ledger: flow.ledger, ring: queue.ring }), log)
  cleanUps.add('outbox', loop.stop)
  return loop
}

/** Decides what came in, works on what was decided, and sweeps up what fell through. Returns the intake, to be woken. */
export function startWork(deps: WorkDeps, outbox: Loop): Loop {
  const { flow, queue, log, cleanUps } = deps
  queue.work(
    async (remediation) => {
      await advance(flow, remediation)
      outbox.wake()
    },
    { concurrency: CONCURRENCY },
  )
  const sweeper = startLoop('sweeper', SWEEP_MS, () => sweepOnce(deps, outbox), log)
  cleanUps.add('sweeper', sweeper.stop)
  const intake = startLoop('intake', INTAKE_MS, () => takeIn(deps, outbox), log)
  cleanUps.add('intake', intake.stop)
  return intake
}

async function takeIn({ flow, metrics, log }: WorkDeps, outbox: Loop): Promise<void> {
  const decided = await drainIntake({
    ...flow,
    parse: parseNotification,
    onDecision: ({ incident, alertname, decision: { policy, rule, outcome, reason, severity, detail } }) => {
      const system = policy?.system ?? 'none'
      metrics.story.decided(system, outcome, reason)
      log.info({ incident, alertname, system, rule: rule?.name, outcome, reason, severity }, detail)
    },
  })
  if (decided > 0) outbox.wake()
}

async function sweepOnce({ alertmanager, flow, metrics, log }: WorkDeps, outbox: Loop): Promise<void> {
  const swept = await sweep(flow, ({ incident, system, rule, severity, level, reason }) => {
    metrics.story.escalationDue(severity)
    // Paging itself is issue 4; until then this line is the page.
    log.error({ incident, system, rule, severity, level, reason }, 'a person is to be told')
  })
  if (swept.lost > 0) metrics.story.runsLost(swept.lost)
  await removeSilences({ ...flow, alertmanager })
  if (swept.lost + swept.missed > 0) outbox.wake()
}
