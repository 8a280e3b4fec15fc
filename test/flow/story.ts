import { randomUUIDv7 } from 'node:crypto'
import { fireThroughBreaker } from '../../src/breaker/breaker.ts'
import type { Labels } from '../../src/domain/alert.ts'
import type { DueEscalation } from '../../src/domain/escalation.ts'
import { silentLog } from '../../src/domain/log.ts'
import type { Matcher } from '../../src/domain/matcher.ts'
import { parseMatcher } from '../../src/domain/matcher.ts'
import type { PolicySet, Rule, Step } from '../../src/domain/policy.ts'
import type { SeverityRow } from '../../src/domain/severity.ts'
import { drainIntake } from '../../src/flow/intake.ts'
import { advance } from '../../src/flow/remediate.ts'
import type { RemediateDeps } from '../../src/flow/remediate-deps.ts'
import { ringBells, sweep } from '../../src/flow/sweep.ts'
import { type ActingHandler, defineHandler, type Handler } from '../../src/handler/define.ts'
import { z } from '../../src/handler/index.ts'
import { createInvoker } from '../../src/handler/invoke.ts'
import type { PostgresTarget } from '../../src/handler/targets.ts'
import { openDatabase } from '../../src/ledger/database.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { createClock } from '../support/clock.ts'
import { createDatabase } from '../support/postgres.ts'

/** What the world behind the handlers does in a test: counted, and set by it. */
export type World = {
  runs: number
  recovered: boolean
  items: string[]
  act: (signal: AbortSignal) => Promise<void>
  alertState: 'active' | 'suppressed' | 'unknown'
}

let migrated: Promise<string> | null = null

/** Name of a database with the ledger's tables, to copy from: migrating anew for each test would be most of its time. */
async function migratedTemplate(): Promise<string> {
  const { url } = await createDatabase()
  const db = openDatabase(url, 1)
  await migrate(db)
  await db.close()
  return new URL(url).pathname.slice(1)
}

type StoryOptions = {
  steps?: Partial<Step>[]
  rule?: Partial<Rule>
  handler?: Partial<ActingHandler<z.ZodType, 'postgres'>>
  targets?: string[]
  shadow?: boolean
}

const row = (holdMs: number): SeverityRow => ({ holdMs, acknowledgeWithinMs: 900_000, chain: ['alice'] })

/**
 * The stories on a real ledger, with a clock that stands still, a queue that rings when the test says so, and handlers whose
 * world the test sets.
 */
export async function openStory(options: StoryOptions = {}) {
  migrated ??= migratedTemplate()
  const database = await createDatabase(undefined, await migrated)
  const db = openDatabase(database.url)
  const ledger = createLedger(db)
  const clock = createClock()
  const world: World = {
    runs: 0,
    recovered: true,
    items: ['session 1'],
    act: async () => {},
    alertState: 'unknown',
  }
  let set = policySet(options)
  let bells: { remediation: number; at: Date | null }[] = []
  const pages: DueEscalation[] = []
  const target: PostgresTarget = { name: 'db', query: async () => [], close: async () => {} }
  const handlers = createInvoker({
    registry: new Map([['test/fix', testHandler(world, options.handler ?? {}) as unknown as Handler]]),
    openTarget: () => target,
    log: silentLog,
    now: clock.now,
  })
  const stopping = new AbortController()
  const deps: RemediateDeps = {
    ledger,
    policies: () => set,
    shadow: options.shadow ?? false,
    now: clock.now,
    log: silentLog,
    worker: 'test',
    leaseMs: 4000,
    handlers,
    throughBreaker: fireThroughBreaker,
    holds: async () => null,
    alertState: async () => world.alertState,
    stopping: stopping.signal,
  }

  const story = {
    db,
    ledger,
    clock,
    world,
    deps,
    pages,
    policies: () => set,
    /** Puts other policies in force: what `change` makes of them, under another hash. */
    reload: (change: (before: PolicySet) => PolicySet = (before) => before) => {
      set = { ...change(set), hash: `${set.hash}+` }
    },
    /** Stores a notification, as receive would. */
    async store(
      alerts: { labels: Labels; status?: 'firing' | 'resolved'; startsAt?: Date; endsAt?: Date | null }[],
      body?: string,
    ) {
      const text =
        body ??
        JSON.stringify(alerts.map((alert) => ({ status: 'firing', startsAt: clock.now(), endsAt: null, ...alert })))
      await ledger.insertNotifications([
        { id: randomUUIDv7(), source: 'alertmanager', body: text, receivedAt: clock.now() },
      ])
    },
    intake: () =>
      drainIntake({
        ledger,
        parse: parseTest,
        policies: () => set,
        shadow: deps.shadow,
        now: clock.now,
        log: silentLog,
        onDecision: () => {},
      }),
    /** Rings all that is owed and due, until nothing is. */
    async settle() {
      for (;;) {
        await ringBells({ ledger, ring: async (rung) => void bells.push(...rung) })
        const due = bells.filter(({ at }) => at === null || at <= clock.now())
        if (due.length === 0) return
        bells = bells.filter((bell) => !due.includes(bell))
        for (const { remediation } of due) await advance(deps, remediation)
      }
    },
    /** Forgets every ring that the queue holds, as a flushed Redis does. */
    flushQueue: () => {
      bells = []
    },
    sweep: () => sweep(deps, (due) => pages.push(due)),
    async deliver(
      labels: Labels,
      more: { status?: 'firing' | 'resolved'; startsAt?: Date; endsAt?: Date | null } = {},
    ) {
      await story.store([{ labels, ...more }])
      await story.intake()
      await story.settle()
    },
    async advance(duration: string) {
      clock.advance(duration)
      await story.settle()
      await story.sweep()
      await story.settle()
    },
    states: async () =>
      (await db.query<{ state: string }>('select state from remediation order by id')).rows.map((found) => found.state),
    reasons: async () =>
      (await db.query<{ reason: string }>('select reason from remediation order by id')).rows.map(
        (found) => found.reason,
      ),
    incidents: async () =>
      (
        await db.query<{ state: string; repeats: number; follows: number | null }>(
          'select state, repeats, follows from incident order by id',
        )
      ).rows,
    kinds: async () =>
      (await db.query<{ kind: string }>('select kind from entry order by position')).rows.map((found) => found.kind),
    async close() {
      await db.close()
      await database.drop()
    },
  }
  return story
}

export type Story = Awaited<ReturnType<typeof openStory>>

function testHandler(world: World, overrides: Partial<ActingHandler<z.ZodType, 'postgres'>>) {
  return defineHandler({
    summary: 'Fix it in a test',
    target: 'postgres',
    danger: 'disruptive',
    idempotent: true,
    timeout: '5s',
    params: z.strictObject({}),
    plan: async () => ({ summary: 'fix', items: world.items }),
    run: async ({ signal }) => {
      world.runs += 1
      await world.act(signal)
      return { fixed: world.items.length }
    },
    verify: async () => ({ recovered: world.recovered, evidence: world.recovered ? 'it is well' : 'it is ill' }),
    ...overrides,
  } as ActingHandler<z.ZodType, 'postgres'>)
}

function policySet({ steps = [{}], rule = {}, targets = ['db'] }: StoryOptions): PolicySet {
  const step: Step = {
    handler: 'test/fix',
    target: 'db',
    params: {},
    mode: 'auto',
    verify: { promql: null, withinMs: 60_000, everyMs: 5000 },
    approveWithinMs: 600_000,
  }
  const matcher = parseMatcher('alertname="Ill"') as Matcher
  return {
    hash: 'set-1',
    severity: {
      people: { alice: { name: 'alice' }, bob: { name: 'bob' } },
      groups: { '@oncall': ['alice', 'bob'], '@other-oncall': ['carol'] },
      unmatched: 'P3',
      systems: {},
      channels: {},
      rows: { P1: row(0), P2: row(600_000), P3: row(1_200_000), P4: row(3_600_000), SEC: row(0) },
    },
    policies: [
      {
        system: 'shop',
        owner: 'team',
        file: 'shop.yaml',
        hash: 'h',
        targets: Object.fromEntries(targets.map((name) => [name, { name, kind: 'postgres', settings: {} }])),
        rules: [
          {
            name: 'ill',
            match: [matcher],
            severity: 'P2',
            runbook: null,
            diagnose: [],
            steps: steps.map((given) => ({ ...step, ...given })),
            limits: { budget: { runs: 3, perMs: 3_600_000 }, blastRadius: 1, cooldownMs: 900_000 },
            otherwise: 'escalate',
            approvers: ['@oncall'],
            shadow: false,
            position: 'shop.yaml:1:1',
            ...rule,
          },
        ],
      },
    ],
  }
}

type TestAlert = { labels: Labels; status: 'firing' | 'resolved'; startsAt: string; endsAt: string | null }

/** Reads what `store` wrote; the real parser has its own tests. */
function parseTest(text: string) {
  const alerts = JSON.parse(text) as TestAlert[]
  if (!Array.isArray(alerts)) return { problem: { field: 'alerts', message: 'not a list' } }
  const read = alerts.map(({ labels, status, startsAt, endsAt }) => ({
    fingerprint: JSON.stringify(labels),
    status,
    labels,
    annotations: {},
    startsAt: new Date(startsAt),
    endsAt: endsAt === null ? null : new Date(endsAt),
    generatorUrl: null,
  }))
  return {
    notification: {
      groupKey: 'g',
      receiver: 'r',
      status: 'firing' as const,
      truncatedAlerts: 0,
      reason: null,
      externalUrl: null,
      alerts: read,
    },
  }
}
