import fc from 'fast-check'
import { expect, it } from 'vitest'
import { approve, deny } from '../../src/flow/approve.ts'
import { setKillSwitch } from '../../src/flow/command.ts'
import { audit } from '../../src/ledger/audit.ts'
import { openStory, type Story } from './story.ts'

/** What may happen while a remediation waits, in any order. */
type Happening =
  | { kind: 'approve' | 'deny'; by: string; which: number }
  | { kind: 'wait'; minutes: number }
  | { kind: 'kill-switch'; on: boolean }
  | { kind: 'plan' | 'policies' | 'resolve' | 'fire' | 'silence' | 'settle' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      by: fc.constantFrom('alice', 'alice', 'bob', 'bob', 'mallory'),
      which: fc.constantFrom(1, 1, 1, 2, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deny' as const),
      by: fc.constantFrom('alice', 'mallory'),
      which: fc.constantFrom(1, 1, 1, 2, 3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill-switch' as const), on: fc.boolean() }) },
  { weight: 4, arbitrary: fc.constantFrom<Happening[]>({ kind: 'settle' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Happening[]>(
      { kind: 'plan' },
      { kind: 'policies' },
      { kind: 'resolve' },
      { kind: 'fire' },
      { kind: 'silence' },
    ),
  },
)

/** The plain case, always played: a property about runs says nothing when there are none. */
const YES_FROM_TWO: Happening[] = [
  { kind: 'approve', by: 'alice', which: 1 },
  { kind: 'approve', by: 'bob', which: 1 },
  { kind: 'settle' },
]

async function play(story: Story, one: Happening): Promise<void> {
  const ill = { alertname: 'Ill' }
  if (one.kind === 'approve') await approve(story.deps, one.which, one.by)
  if (one.kind === 'deny') await deny(story.deps, one.which, one.by, 'no')
  if (one.kind === 'wait') story.clock.advance(`${one.minutes}m`)
  if (one.kind === 'kill-switch') await setKillSwitch(story.deps, one.on, 'alice', '')
  if (one.kind === 'plan') story.world.items = [...story.world.items, `session ${story.world.items.length + 1}`]
  if (one.kind === 'policies') story.reload()
  if (one.kind === 'silence') story.world.alertState = story.world.alertState === 'suppressed' ? 'active' : 'suppressed'
  if (one.kind === 'resolve') await story.store([{ labels: ill, status: 'resolved', endsAt: story.clock.now() }])
  if (one.kind === 'fire') await story.store([{ labels: ill, startsAt: new Date(story.clock.now().getTime() + 1) }])
  if (one.kind === 'settle' || one.kind === 'resolve' || one.kind === 'fire') await story.intake()
  if (one.kind === 'settle') {
    await story.settle()
    await story.sweep()
  }
}

/** What stood when an action was started, as the world saw it: gathered beside the ledger, not from it. */
type Seen = { killed: boolean; silenced: boolean; items: readonly string[] }

it.each(['approve', 'approve-two'] as const)(
  'no run starts without a valid, current, sufficient approval on record (%s)',
  async (mode) => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 20 }), async (happenings) => {
        const story = await openStory({
          steps: [{ mode }],
          rule: { limits: { budget: null, blastRadius: 1, cooldownMs: 0 } },
        })
        try {
          const seen: Seen[] = []
          story.world.act = async () => {
            const killed = (await story.ledger.readKillSwitch()).on
            seen.push({ killed, silenced: story.world.alertState === 'suppressed', items: story.world.items })
          }
          await story.deliver({ alertname: 'Ill' })
          for (const one of happenings) await play(story, one)
          await story.settle()

          expect(seen.some(({ killed, silenced }) => killed || silenced)).toBe(false)
          expect((await audit(story.db, story.clock.now())).breaches.filter(({ promise }) => promise !== 4)).toEqual([])
          await expectApproved(story, seen, mode === 'approve-two' ? 2 : 1)
          runs += seen.length
        } finally {
          await story.close()
        }
      }),
      { numRuns: 20, examples: [[YES_FROM_TWO]] },
    )
    expect(runs).toBeGreaterThan(0)
  },
  120_000,
)

/** For each start: enough different people said yes to that very plan, before it, in time, and none of them is a stranger. */
async function expectApproved(story: Story, seen: readonly Seen[], needed: number): Promise<void> {
  const { rows } = await story.db.query<{
    id: number
    yes: string[]
    plan: string[]
    started: Date
    expires: Date
    last: Date
    before: boolean
  }>(
    `select remediation.id, approval.given as yes, remediation.plan, run.started_at as started, approval.expires_at as expires,
            (select max(at) from entry where kind = 'approval.given' and (payload->'data'->>'remediation')::bigint = remediation.id) as last,
            (select bool_and(given.position < started.position) from entry given, entry started
              where given.kind = 'approval.given' and started.kind = 'run.started'
                and (given.payload->'data'->>'remediation')::bigint = remediation.id
                and (started.payload->'data'->>'remediation')::bigint = remediation.id) as before
       from run join remediation on remediation.id = run.remediation join approval on approval.remediation = remediation.id
      order by (select position from entry where kind = 'run.started' and (payload->'data'->>'remediation')::bigint = remediation.id)`,
  )
  expect(rows).toHaveLength(story.world.runs)
  for (const [index, { yes, plan, last, expires, before }] of rows.entries()) {
    expect(plan).toEqual(expect.arrayContaining([...(seen[index]?.items ?? ['never seen'])]))
    expect(new Set(yes).size).toBeGreaterThanOrEqual(needed)
    expect(yes).not.toContain('mallory')
    expect(last.getTime()).toBeLessThan(expires.getTime())
    expect(before).toBe(true)
  }
}
