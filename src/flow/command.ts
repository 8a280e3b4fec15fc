import { decide } from '../domain/decide.ts'
import { type Actor, SYSTEM_CHAIN } from '../domain/entry.ts'
import { factsFor } from '../domain/history.ts'
import type { Call, Limits, PolicySet, Rule, Step } from '../domain/policy.ts'
import type { CommandResult } from './approve.ts'
import { closeStories } from './close.ts'
import { remediationFor } from './decision-records.ts'
import { inTurn } from './in-turn.ts'
import type { FlowLedger } from './ledger.ts'

export type CommandDeps = { ledger: FlowLedger; policies: () => PolicySet; shadow: boolean; now: () => Date }

/** "I have it": stops the climb of an incident. Approves nothing. */
export async function acknowledge(deps: CommandDeps, incident: number, by: string): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    if (!(await tx.acknowledgeEscalation(incident, now)))
      return { ok: false, code: 'conflict', message: `incident ${incident} has no page to acknowledge` }
    await tx.appendEntries([
      { chain: incident, at: now, kind: 'escalation.acknowledged', actor: { kind: 'person', name: by }, data: {} },
    ])
    return { ok: true, state: 'acknowledged' }
  })
}

/** A person says that an incident is over. */
export async function resolve(deps: CommandDeps, incident: number, by: string, reason: string): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    const closed = await closeStories(tx, [{ id: incident, endedAt: now }], reason, { kind: 'person', name: by }, now)
    return closed.length > 0
      ? { ok: true, state: 'closed' }
      : { ok: false, code: 'conflict', message: `incident ${incident} is not open`, state: 'closed' }
  })
}

/** Switches all acting off, or on again. Recording goes on. */
export async function setKillSwitch(
  deps: CommandDeps,
  on: boolean,
  by: string,
  reason: string,
): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    await tx.writeKillSwitch({ on, by, reason, at: now })
    await tx.appendEntries([
      {
        chain: SYSTEM_CHAIN,
        at: now,
        kind: 'kill-switch.set',
        actor: { kind: 'person', name: by },
        data: { on, reason },
      },
    ])
    return { ok: true, state: on ? 'on' : 'off' }
  })
}

/** Closes a breaker by hand. */
export async function resetBreaker(deps: CommandDeps, name: string, by: string): Promise<CommandResult> {
  return inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    const before = await tx.readBreaker(name)
    if (before.openedAt === null && before.failures === 0)
      return { ok: false, code: 'not-found', message: `no breaker ${name} has anything on record` }
    await tx.writeBreaker({ name, failures: 0, openedAt: null }, now)
    await tx.appendEntries([
      { chain: SYSTEM_CHAIN, at: now, kind: 'breaker.reset', actor: { kind: 'person', name: by }, data: { name } },
    ])
    return { ok: true, state: 'closed' }
  })
}

const BY_HAND_LIMITS: Limits = { budget: null, blastRadius: 1, cooldownMs: 0 }
/** A run by hand waits this long for the second person, in ms. */
const BY_HAND_APPROVE_MS = 900_000

/**
 * Proposes a run that a person asks for by hand: the same guards, the same preparation, and somebody else's approval.
 * @param call its target is one of the system's registered targets
 */
export async function requestRun(
  deps: CommandDeps,
  system: string,
  call: Call,
  by: string,
): Promise<CommandResult & { remediation?: number }> {
  const policy = deps.policies().policies.find((candidate) => candidate.system === system)
  if (!policy) return { ok: false, code: 'not-found', message: `there is no system ${system}` }
  if (!Object.hasOwn(policy.targets, call.target))
    return { ok: false, code: 'bad-parameter', message: `${call.target} is not a registered target of ${system}` }
  const approvers = [...new Set(policy.rules.flatMap((rule) => rule.approvers))]
  const step: Step = {
    ...call,
    mode: 'approve',
    verify: { promql: null, withinMs: 120_000, everyMs: 5000 },
    approveWithinMs: BY_HAND_APPROVE_MS,
  }
  const rule: Rule = {
    name: 'by-hand',
    match: [],
    severity: 'P4',
    runbook: null,
    diagnose: [],
    steps: [step],
    limits: BY_HAND_LIMITS,
    otherwise: 'escalate',
    approvers,
    shadow: false,
    position: `asked for by ${by}`,
  }
  const { people } = deps.policies().severity
  // Whoever asks must be known, or the same person could ask under another name and approve under this one.
  if (!Object.hasOwn(people, by))
    return { ok: false, code: 'forbidden', message: `nobody in severity.yaml is called ${by}` }
  return inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    const target = `${system}/${call.target}`
    const history = await tx.loadHistory(
      { systems: [system], rules: [rule.name], targets: [target], alerts: [], horizonMs: 0, shadow: deps.shadow },
      now,
    )
    const facts = factsFor(
      history,
      { incident: null, alertKey: null, system, rule, handler: call.handler, target },
      now,
    )
    const decision = decide({}, { policy, rule }, 0, facts, 'P4', now)
    if (decision.outcome !== 'ask')
      return { ok: false, code: 'conflict', message: decision.detail, state: decision.reason }
    const [id] = await tx.takeIds('remediation_id_seq', 1)
    const next = remediationFor(decision, null, id as number, deps.policies().hash, now)
    if (next) await tx.insertRemediations([{ ...next, requestedBy: by }])
    const actor: Actor = { kind: 'person', name: by }
    await tx.appendEntries([
      {
        chain: SYSTEM_CHAIN,
        at: now,
        kind: 'decision.made',
        actor,
        data: {
          remediation: id as number,
          outcome: 'ask',
          reason: 'by-hand',
          handler: call.handler,
          target: call.target,
        },
      },
    ])
    return { ok: true, state: 'proposed', remediation: id as number }
  })
}
