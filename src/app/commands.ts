import { NightshiftError } from '../domain/errors.ts'
import { approve, cancel, deny } from '../flow/approve.ts'
import { acknowledge, type CommandDeps, requestRun, resetBreaker, resolve, setKillSwitch } from '../flow/command.ts'
import type { Invoker } from '../handler/invoke.ts'
import type { Commands } from '../receive/api/api.ts'
import type { RunResult } from '../receive/api/runs.ts'

/**
 * What the API can do: each a story of flow/.
 * @param wake rings what a command owes to the queue, at once
 */
export function createCommands(deps: CommandDeps, invoker: Invoker, wake: () => void): Commands {
  const woken = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    wake()
    return result
  }
  return {
    approve: ({ remediation, by, digest }) => woken(approve(deps, remediation, by, digest)),
    deny: ({ remediation, by, reason }) => woken(deny(deps, remediation, by, reason)),
    cancel: ({ remediation, by, reason }) => woken(cancel(deps, remediation, by, reason || 'cancelled')),
    acknowledge: ({ incident, by }) => acknowledge(deps, incident, by),
    resolve: ({ incident, by, reason }) => woken(resolve(deps, incident, by, reason || 'resolved-by-hand')),
    setKillSwitch: ({ on, by, reason }) => setKillSwitch(deps, on, by, reason),
    resetBreaker: ({ name, by }) => resetBreaker(deps, name, by),
    run: ({ system, handler, target, params, by, dryRun }) => {
      const call = { handler, target, params }
      return dryRun ? planOnly(invoker, system, call) : woken(proposeRun(deps, invoker, system, call, by))
    },
  }
}

type Call = Parameters<Invoker['plan']>[1]

async function planOnly(invoker: Invoker, system: string, call: Call): Promise<RunResult> {
  try {
    const { items } = await invoker.plan(system, call, new AbortController().signal)
    return { ok: true, state: 'planned', remediation: null, plan: [...items] }
  } catch (error) {
    return refusalOf(error)
  }
}

/** What the caller got wrong is an answer; a target that is away is a failure, and thrown on. */
function refusalOf(error: unknown): RunResult {
  if (error instanceof NightshiftError && ['bad-parameter', 'unknown-handler', 'unknown-target'].includes(error.code)) {
    return { ok: false, code: 'bad-parameter', message: error.message }
  }
  throw error
}

async function proposeRun(
  deps: CommandDeps,
  invoker: Invoker,
  system: string,
  call: Call,
  by: string,
): Promise<RunResult> {
  try {
    invoker.check(call)
  } catch (error) {
    return refusalOf(error)
  }
  const result = await requestRun(deps, system, call, by)
  return result.ok ? { ok: true, state: result.state, remediation: result.remediation ?? null, plan: null } : result
}
