import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { readConfig } from '../config.ts'
import { NightshiftError } from '../domain/errors.ts'
import type { CommandResult } from '../flow/approve.ts'
import type { CommandDeps } from '../flow/command.ts'
import type { Registry } from '../handler/registry.ts'
import { createLedger } from '../ledger/ledger.ts'
import { assertMigrated } from '../ledger/migrate.ts'
import { loadPolicies } from '../policy/load.ts'
import { FINDINGS, FINE, type Io } from './command.ts'
import { handlersFor } from './folders.ts'
import { withLedgerDatabase } from './ledger-database.ts'

/** What a command needs that decides something: the same stories on the same ledger as the service. */
export type FlowAtHand = { deps: CommandDeps; registry: Registry }

/** Opens ledger and policies for one command. What it decides, a running service picks up within a second. */
export function withFlow<T>(io: Io, work: (flow: FlowAtHand) => Promise<T>): Promise<T> {
  const config = readConfig(io.env, (path) => readFileSync(path, 'utf8'))
  return withLedgerDatabase(io, async (database) => {
    await assertMigrated(database)
    const registry = await handlersFor([], io)
    const set = await loadPolicies(config.policies, registry)
    const deps = {
      ledger: createLedger(database),
      policies: () => set,
      shadow: config.mode === 'shadow',
      now: () => new Date(),
    }
    return work({ deps, registry })
  })
}

/** Who decides: `--by`, or who is logged in. @throws NightshiftError `usage` when nobody can be named */
export function personOf(given: string | undefined): string {
  const by = given ?? userInfo().username
  if (by === '') throw new NightshiftError('usage', 'say who you are: --by NAME')
  return by
}

/** Prints how a decision was taken; returns the exit code. */
export function answer(io: Io, result: CommandResult, json: boolean | undefined): number {
  if (json) io.out(`${JSON.stringify(result)}\n`)
  else if (result.ok) io.out(`${result.state}\n`)
  else io.err(`${result.message}\n`)
  return result.ok ? FINE : FINDINGS
}
