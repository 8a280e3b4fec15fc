import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createAlertState } from './app/alert-state.ts'
import { type CleanUps, createCleanUps } from './app/cleanups.ts'
import { createCommands } from './app/commands.ts'
import { openLedgerDatabase } from './app/database.ts'
import { createEvidence } from './app/evidence.ts'
import { keepPolicies } from './app/live-policies.ts'
import { createReads } from './app/reads.ts'
import { withSecretFiles } from './app/secrets.ts'
import { startSlack } from './app/slack.ts'
import { startOutbox, startWork, type WorkDeps } from './app/work.ts'
import { ASK_REFUSALS } from './ask/refusal.ts'
import { fireThroughBreaker } from './breaker/breaker.ts'
import type { Config, Env } from './config.ts'
import type { Log } from './domain/log.ts'
import { createInvoker } from './handler/invoke.ts'
import { loadHandlers } from './handler/registry.ts'
import { createLedger } from './ledger/ledger.ts'
import { recordPolicyVersion } from './ledger/policy-versions.ts'
import { loadPolicies } from './policy/load.ts'
import { createQueue } from './queue/queue.ts'
import { createInbox } from './receive/inbox.ts'
import { createReceiver } from './receive/receiver.ts'
import { listen } from './receive/server.ts'
import { alertmanagerClient } from './targets/alertmanager.ts'
import { openTargets } from './targets/open.ts'
import { createMetrics } from './telemetry/metrics.ts'

/** Handlers that come with Nightshift. */
const OWN_HANDLERS = fileURLToPath(new URL('../handlers', import.meta.url))
/** A dead worker is noticed when this has passed without a beat, in ms of database time. */
const LEASE_MS = 4000
/** Longest wait for runs under way when the service stops, in ms; after half of it they are broken off and handed back. */
const GRACE_MS = 20_000

export type App = { port: number; stop: () => Promise<void> }

/**
 * Starts the service. Everything that is opened is named and closed again, last in first out, also when the start fails
 * half-way.
 * @throws NightshiftError with one clear sentence: `config-invalid`, `bad-policy`, `unknown-handler`, `migration-missing`,
 * `ledger-unavailable`, `queue-unavailable`, `port-in-use`
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

/** The composition root: one straight line. It is long because it is all of the wiring, and there is no other. */
async function compose(config: Config, env: Env, log: Log, cleanUps: CleanUps): Promise<App> {
  const now = () => new Date()
  const metrics = createMetrics(true, ASK_REFUSALS)
  const registry = await loadHandlers([OWN_HANDLERS, ...config.handlers])
  const readPolicies = () => loadPolicies(config.policies, registry)
  const firstPolicies = await readPolicies()

  const { database, url } = await openLedgerDatabase(config, log, cleanUps)
  const ledger = createLedger(database)
  await recordPolicyVersion(database, firstPolicies, now())

  const targets = openTargets(firstPolicies.policies, withSecretFiles(env))
  cleanUps.add('targets', targets.close)
  const warm = () =>
    targets.warm((target, problem) => {
      if (problem) log.warn({ target, code: problem.code }, problem.message)
      else log.info({ target }, 'target is reachable')
    })
  const policies = keepPolicies(firstPolicies, config.policies, readPolicies, {
    log,
    onRefused: metrics.story.reloadRefused,
    onLoaded: async (set) => {
      await recordPolicyVersion(database, set, now())
      await targets.replace(set.policies)
      if (config.role !== 'receiver') void warm()
    },
  })
  cleanUps.add('policies', policies.close)
  process.on('SIGHUP', policies.reload)
  cleanUps.add('SIGHUP', () => process.off('SIGHUP', policies.reload))

  const backend =
    config.redisUrl === null ? ({ kind: 'postgres', url } as const) : ({ kind: 'redis', url: config.redisUrl } as const)
  const queue = await createQueue({ backend, log, now })
  const stopping = new AbortController()
  cleanUps.add('queue', async () => {
    const timer = setTimeout(() => stopping.abort(new Error('the service is stopping')), GRACE_MS / 2)
    await queue.close({ graceMs: GRACE_MS })
    clearTimeout(timer)
  })

  const alertmanager = config.alertmanagerUrl === null ? null : alertmanagerClient(config.alertmanagerUrl, now)
  const invoker = createInvoker({ registry, openTarget: targets.client, log, now })
  const flow: WorkDeps['flow'] = {
    ledger,
    policies: policies.current,
    shadow: config.mode === 'shadow',
    now,
    log,
    worker: `${hostname()}/${process.pid}`,
    leaseMs: LEASE_MS,
    handlers: invoker,
    throughBreaker: fireThroughBreaker,
    holds: createEvidence(config.prometheusUrl, log),
    alertState: createAlertState(alertmanager, log),
    stopping: stopping.signal,
  }
  const work: WorkDeps = { alertmanager, flow, queue, metrics, log, cleanUps }
  const outbox = startOutbox(work)
  const intake = config.role === 'receiver' ? null : startWork(work, outbox)
  if (intake !== null) void warm()

  // One process posts; clicks come to whoever Slack reaches, over HTTP only where there is HTTP.
  const slack = startSlack({ config, flow, alertmanager, database, registry, metrics, outbox, cleanUps, log })

  const inbox = createInbox({ insert: ledger.insertNotifications })
  cleanUps.add('inbox', inbox.close)
  const store: typeof inbox.store = async (notification) => {
    const id = await inbox.store(notification)
    intake?.wake()
    return id
  }
  const { loopbackOnly, webhookToken, apiToken } = config
  const stores = async (): Promise<void> => void (await database.query('select 1'))
  const receiver = createReceiver({
    log,
    metricsText: metrics.text,
    health: { live: {}, startup: { ledger: stores }, ready: { ledger: stores, queue: queue.ready } },
    // A worker is asked for its health and its metrics, and for nothing else.
    ...(config.role === 'worker'
      ? {}
      : {
          ...(slack?.handle ? { slack: slack.handle } : {}),
          webhook: { inbox: { store }, token: webhookToken, loopbackOnly, metrics: metrics.webhook, now },
          api: {
            token: apiToken,
            loopbackOnly,
            reads: createReads(database, policies.current, registry, now),
            commands: createCommands(flow, invoker, outbox.wake),
          },
        }),
  })
  const server = await listen({ fetch: receiver.fetch, host: config.host, port: config.port })
  cleanUps.add('HTTP', () => server.close())

  const { host, role, mode } = config
  const started = {
    port: server.port,
    host,
    role,
    mode,
    queue: backend.kind,
    policies: policies.current().hash.slice(0, 12),
  }
  const open = webhookToken === null || apiToken === null
  log.info(started, loopbackOnly && open ? 'listening, on loopback only: not both tokens are set' : 'listening')
  return { port: server.port, stop: cleanUps.run }
}
