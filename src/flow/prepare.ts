import { proposalDigest, quorumOf } from '../domain/approval.ts'
import { sentence } from '../domain/errors.ts'
import type { Json } from '../domain/policy.ts'
import type { Remediation } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import { entryOf, move, standsIn } from './move.ts'
import { takeNextStep } from './next-step.ts'
import type { RemediateDeps } from './remediate-deps.ts'

type Proposed = Remediation & { state: 'proposed' }

/**
 * Looks before anything is done: runs the rule's read-only handlers, attaches what they found, and has the handler say
 * exactly what it would do. Then the remediation is queued, or waits for a person. A plan that cannot be made, or has nothing
 * in it, ends the step: acting blind is never an option.
 */
export async function prepare(deps: RemediateDeps, remediation: Remediation): Promise<void> {
  if (!standsIn(remediation, 'proposed')) return
  if (!remediation.incidentOpen) return suppress(deps, remediation, 'incident-closed')
  const findings = remediation.stepIndex === 0 ? await diagnose(deps, remediation) : []
  let plan: { summary: string; items: readonly string[] }
  try {
    plan = await deps.handlers.plan(remediation.system, remediation.step, deps.stopping)
  } catch (error) {
    deps.log.warn({ err: error, remediation: remediation.id }, 'no plan could be made')
    return suppress(deps, remediation, `no-plan: ${sentence(error)}`, findings)
  }
  if (plan.items.length === 0) return suppress(deps, remediation, 'nothing-to-do', findings)
  await propose(deps, remediation, findings, plan)
}

async function diagnose(deps: RemediateDeps, remediation: Proposed): Promise<Json[]> {
  const findings: Json[] = []
  for (const call of remediation.rule.diagnose) {
    const base = { handler: call.handler, target: call.target }
    try {
      const found = await deps.handlers.diagnose(remediation.system, call, deps.stopping)
      findings.push({
        ...base,
        summary: found.summary,
        columns: [...found.columns],
        rows: found.rows.map((row) => [...row]),
      })
    } catch (error) {
      // A diagnosis that fails is itself something a person wants to see; it stops nothing.
      findings.push({ ...base, summary: `could not look: ${sentence(error)}`, columns: [], rows: [] })
    }
  }
  return findings
}

async function propose(
  deps: RemediateDeps,
  remediation: Proposed,
  findings: Json[],
  plan: { summary: string; items: readonly string[] },
): Promise<void> {
  await deps.ledger.transaction(async (tx) => {
    const now = deps.now()
    const { incident, step, policyHash, mode } = remediation
    const shown = [...plan.items]
    const digest = proposalDigest({ incident: incident ?? 0, call: step, plan: shown, policyHash })
    const asks = mode !== 'auto'
    const expiresAt = new Date(now.getTime() + step.approveWithinMs)
    const moved = asks
      ? await move(tx, remediation, 'awaiting_approval', mode, now, { plan: shown, wakeAt: expiresAt })
      : await move(tx, remediation, 'queued', 'allowed', now, { plan: shown, wakeAt: now })
    if (!moved) return
    await tx.attachFindings(remediation.id, findings)
    await tx.appendEntries([
      ...findings.map((finding) => entryOf(remediation, 'diagnosis.attached', { finding }, now)),
      entryOf(remediation, 'plan.made', { summary: plan.summary, items: shown, digest }, now),
    ])
    if (!asks) return
    await tx.insertApproval({ remediation: remediation.id, digest, needed: quorumOf(mode), expiresAt }, now)
    await tx.appendEntries([
      entryOf(
        remediation,
        'approval.requested',
        {
          digest,
          needed: quorumOf(mode),
          approvers: [...remediation.rule.approvers],
          expiresAt: expiresAt.toISOString(),
        },
        now,
      ),
    ])
  })
}

async function suppress(
  deps: RemediateDeps,
  remediation: Proposed,
  reason: string,
  findings: readonly Json[] = [],
): Promise<void> {
  await inTurn(deps.ledger, async (tx) => {
    const now = deps.now()
    if (!(await move(tx, remediation, 'suppressed', reason, now))) return
    await tx.attachFindings(remediation.id, findings)
    await tx.appendEntries(findings.map((finding) => entryOf(remediation, 'diagnosis.attached', { finding }, now)))
    await takeNextStep(tx, deps, remediation, reason, now)
  })
}
