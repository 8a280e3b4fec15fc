import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { CleanUps } from './app/cleanups.ts'
import { createCleanUps } from './app/cleanups.ts'
import { openLedgerDatabase } from './app/database.ts'
import { createEvidence } from './app/evidence.ts'
import { keepPolicies } from './app/live-policies.ts'
import { withSecretFiles } from './app/secrets.ts'
import { fireThroughBreaker } from './breaker/breaker.ts'
import type { Config, Env } from './config.ts'
import type { Log } from './domain/log.ts'
import { drainIntake } from './flow/intake.ts'
import { startLoop } from './flow/loop.ts'
import { advance } from './flow/remediate.ts'
import type { RemediateDeps } from './flow/remediate-deps.ts'
import { ringBells, sweep } from './flow/sweep.ts'
import { createInvoker } from './handler/invoke.ts'
import { loadHandlers } from './handler/registry.ts'
import { createLedger } from './ledger/ledger.ts'
import { recordPolicyVersion } from './ledger/policy-versions.ts'
import { loadPolicies } from './policy/load.ts'
import { createQueue } from './queue/queue.ts'
import { parseNotification } from './receive/alertmanager.ts'
import { createInbox } from './receive/inbox.ts'
import { createReceiver } from './receive/receiver.ts'
import { listen } from './receive/server.ts'
import { openTargets } from './targets/open.ts'
import { createMetrics } from './telemetry/metrics.ts'

/** Handlers that come with Nightshift. */
export const OWN_HANDLERS = fileURLToPath(new URL('../handlers', import.meta.url))

/** A dead worker is noticed when this has passed without a beat, in ms of database time. */
const LEASE_MS = 4000
/** Longest wait for runs under way when the service stops, in ms; after it they are broken off and handed back. */
const GRACE_MS = 20_000
const CONCURRENCY = 20

export type App = { port: number; stop: () => Promise<void> }

/**
 * Starts the service: the composition root, one straight line. Everything that is opened is named and closed again, last in
 * first out, also when the start fails half-way.
 * @throws NightshiftError with one clear sentence: `config-invalid`, `bad-policy`, `unknown-handler`, `migration-missing`,
 * `ledger-unavailable`, `port-in-use`
 */
export async function startApp(config: Config, env: Env, log: Log): Promise<App> {
  const cleanUps = createCleanUps(log)
  try {
    return await compose(config, env, log, cleanUps)
  } catch (error) {
    await cleanUps.run()
    throw error
  }
}

async function compose(config: Config, env: Env, log: Log, cleanUps: CleanUps): Promise<App> {
  const now = () => new Date()
  const metrics = createMetrics()
  const registry = await loadHandlers([OWN_HANDLERS, ...config.handlers])
  const readPolicies = () => loadPolicies(config.policies, registry)
  const firstPolicies = await readPolicies()

  const { database, url } = await openLedgerDatabase(config, log, cleanUps)
  const ledger = createLedger(database)
  await recordPolicyVersion(database, firstPolicies, now())

  const targets = openTargets(firstPolicies.policies, withSecretFiles(env))
  cleanUps.add('targets', targets.close)
  const warm = () =>
    targets.warm((target, problem) =>
      problem ? log.warn({ target, code: problem.code }, problem.message) : log.info({ target }, 'target is reachable'),
    )
  const policies = keepPolicies(firstPolicies, config.policies, readPolicies, {
    log,
    onRefused: metrics.story.reloadRefused,
    onLoaded: async (set) => {
      await recordPolicyVersion(database, set, now())
      await targets.replace(set.policies)
      void warm()
    },
  })
  cleanUps.add('policies', policies.close)

  const queue = await createQueue({
    backend: config.redisUrl === null ? { kind: 'postgres', url } : { kind: 'redis', url: config.redisUrl },
    log,
    now,
  })
  const stopping = new AbortController()
  // Runs under way get half the grace to end by themselves; then they are broken off, and have the rest to say so.
  cleanUps.add('queue', async () => {
    const timer = setTimeout(() => stopping.abort(new Error('the service is stopping')), GRACE_MS / 2)
    await queue.close({ graceMs: GRACE_MS })
    clearTimeout(timer)
  })
  const deps: RemediateDeps = {
    ledger,
    policies: policies.current,
    shadow: config.mode === 'shadow',
    now,
    log,
    worker: `${hostname()}/${process.pid}`,
    leaseMs: LEASE_MS,
    handlers: createInvoker({ registry, openTarget: targets.client, log, now }),
    throughBreaker: fireThroughBreaker,
    holds: createEvidence(config.prometheusUrl, log),
    stopping: stopping.signal,
  }

  const rings = startLoop('outbox', 500, () => ringBells({ ledger, ring: queue.ring }), log)
  cleanUps.add('outbox', rings.stop)
  const works = config.role !== 'receiver'
  const intake = works ? startIntake() : null
  if (works) startWork()

  const inbox = createInbox({ insert: ledger.insertNotifications })
  cleanUps.add('inbox', inbox.close)
  const server = await listen({ fetch: receiver().fetch, host: config.host, port: config.port })
  cleanUps.add('HTTP', () => server.close())
  process.on('SIGHUP', policies.reload)
  cleanUps.add('SIGHUP', () => process.off('SIGHUP', policies.reload))
  log.info(
    {
      port: server.port,
      host: config.host,
      role: config.role,
      mode: config.mode,
      queue: config.redisUrl === null ? 'postgres' : 'redis',
      policies: policies.current().hash.slice(0, 12),
    },
    config.loopbackOnly ? 'listening on loopback only' : 'listening',
  )
  return { port: server.port, stop: cleanUps.run }

  function startIntake() {
    const loop = startLoop(
      'intake',
      200,
      async () => {
        const decided = await drainIntake({
          ...deps,
          parse: parseNotification,
          onDecision: ({ incident, alertname, decision }) => {
            const system = decision.policy?.system ?? 'none'
            metrics.story.decided(system, decision.outcome, decision.reason)
            log.info(
              {
                incident,
                alertname,
                system,
                rule: decision.rule?.name,
                outcome: decision.outcome,
                reason: decision.reason,
                severity: decision.severity,
              },
              decision.detail,
            )
          },
        })
        if (decided > 0) rings.wake()
      },
      log,
    )
    cleanUps.add('intake', loop.stop)
    return loop
  }

  function startWork(): void {
    void warm()
    const work = async (remediation: number): Promise<void> => {
      await advance(deps, remediation)
      rings.wake()
    }
    queue.work(work, { concurrency: CONCURRENCY })
    const sweeper = startLoop(
      'sweeper',
      1000,
      async () => {
        const swept = await sweep(deps, (due) => {
          metrics.story.escalationDue(due.severity)
          // Paging itself is issue 4; until then this line is the page.
          log.error(
            {
              incident: due.incident,
              system: due.system,
              rule: due.rule,
              severity: due.severity,
              level: due.level,
              reason: due.reason,
            },
            'a person is to be told',
          )
        })
        if (swept.lost > 0) metrics.story.runsLost(swept.lost)
        if (swept.lost + swept.missed > 0) rings.wake()
      },
      log,
    )
    cleanUps.add('sweeper', sweeper.stop)
  }

  function receiver() {
    const { webhookToken, loopbackOnly } = config
    const stores = async (): Promise<void> => void (await database.query('select 1'))
    return createReceiver({
      log,
      metricsText: metrics.text,
      webhook: {
        inbox: {
          store: async (notification) => {
            const id = await inbox.store(notification)
            intake?.wake()
            return id
          },
        },
        token: webhookToken,
        loopbackOnly,
        metrics: metrics.webhook,
        now,
      },
      health: { live: {}, startup: { ledger: stores }, ready: { ledger: stores, queue: queue.ready } },
    })
  }
}
