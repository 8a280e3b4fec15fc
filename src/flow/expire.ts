import type { Remediation } from '../domain/remediation.ts'
import { inTurn } from './in-turn.ts'
import { move, standsIn } from './move.ts'
import { takeNextStep } from './next-step.ts'
import type { RemediateDeps } from './remediate-deps.ts'

/** Lets an approval expire whose time is over. Silence is never a yes: the next step or a person follows. */
export async function expireApproval(deps: RemediateDeps, remediation: Remediation): Promise<void> {
  await inTurn(deps.ledger, async (tx) => {
    const approval = await tx.lockApproval(remediation.id)
    const now = deps.now()
    if (approval !== null && approval.expiresAt > now) {
      // Rung early: its time is still to come.
      return tx.wakeRemediation(remediation.id, 'awaiting_approval', approval.expiresAt)
    }
    if (!standsIn(remediation, 'awaiting_approval')) return
    if (await move(tx, remediation, 'expired', 'nobody-decided', now))
      await takeNextStep(tx, deps, remediation, 'nobody decided in time', now)
  })
}
