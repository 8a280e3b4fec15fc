import { expireApproval } from './expire.ts'
import { prepare } from './prepare.ts'
import type { RemediateDeps } from './remediate-deps.ts'
import { run } from './run.ts'
import { settleUnknown } from './settle-unknown.ts'
import { verify } from './verify.ts'

/**
 * Takes a remediation one stage further, from wherever it stands. Safe to call at any time, any number of times, in any
 * number of processes: every stage compares and sets, so a doubled or late ring of the bell finds nothing to do.
 */
export async function advance(deps: RemediateDeps, id: number): Promise<void> {
  const remediation = await deps.ledger.findRemediation(id)
  switch (remediation?.state) {
    case 'proposed':
      return prepare(deps, remediation)
    case 'awaiting_approval':
      return expireApproval(deps, remediation)
    case 'queued':
      return run(deps, remediation)
    case 'unknown':
      return settleUnknown(deps, remediation)
    case 'verifying':
      return verify(deps, remediation)
    default:
      // Running: its worker has it, or its lease runs out. Anything else has ended.
      return
  }
}
