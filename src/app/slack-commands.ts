import type { AskCommands } from '../ask/decisions.ts'
import type { RefusalRecord } from '../ask/refusal.ts'
import { SYSTEM_CHAIN } from '../domain/entry.ts'
import type { SeverityMatrix } from '../domain/severity.ts'
import { approve, deny } from '../flow/approve.ts'
import { acknowledge, type CommandDeps, setKillSwitch } from '../flow/command.ts'
import { type SilenceDeps, silence } from '../flow/silence.ts'

/**
 * What a click does: the same stories as the API and the command line.
 * @param wake rings what a command owes, and has Slack told of it, at once
 */
export function createAskCommands(deps: CommandDeps, silences: SilenceDeps, wake: () => void): AskCommands {
  const woken = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    wake()
    return result
  }
  return {
    approve: ({ remediation, person, digest }) => woken(approve(deps, remediation, person, digest)),
    deny: ({ remediation, person, reason, digest }) => woken(deny(deps, remediation, person, reason, digest)),
    acknowledge: ({ incident, person }) => woken(acknowledge(deps, incident, person)),
    silence: ({ incident, person, forMs }) => woken(silence(silences, incident, person, forMs)),
    setKillSwitch: ({ on, person, reason }) => woken(setKillSwitch(deps, on, person, reason)),
  }
}

/** Name of the person with this Slack member id; null when nobody has it, or when two have, which says nothing. */
export function personBySlack(matrix: SeverityMatrix, slackId: string): string | null {
  const found = Object.entries(matrix.people).filter(([, person]) => person.slack === slackId)
  return found.length === 1 ? (found[0]?.[0] ?? null) : null
}

/** Puts a refusal of the Slack edge on record, in the chain of what it was about. */
export async function recordRefusal(
  { ledger, now }: CommandDeps,
  { who, what, why, remediation, incident }: RefusalRecord,
): Promise<void> {
  await ledger.transaction(async (tx) => {
    const about = remediation === undefined ? null : await tx.findRemediation(remediation)
    // A click may name anything: only what exists gets an entry in its chain.
    const known = incident !== undefined && (await tx.labelsOfOpen(incident)) !== null ? incident : null
    const chain = about?.incident ?? known ?? SYSTEM_CHAIN
    const data = { what, code: why, why, remediation: remediation ?? null, via: 'slack' }
    await tx.appendEntries([{ chain, at: now(), kind: 'approval.refused', actor: { kind: 'person', name: who }, data }])
  })
}
