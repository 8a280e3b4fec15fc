import { withSecretFiles } from '../app/secrets.ts'
import { NightshiftError } from '../domain/errors.ts'
import { silentLog } from '../domain/log.ts'
import type { Call, Json } from '../domain/policy.ts'
import { requestRun } from '../flow/command.ts'
import type { Finding, Plan } from '../handler/define.ts'
import { createInvoker, type Invoker } from '../handler/invoke.ts'
import { openTargets } from '../targets/open.ts'
import { type Command, FINE, type Io, readArgs } from './command.ts'
import { answer, type FlowAtHand, personOf, withFlow } from './with-flow.ts'

export const command: Command = {
  name: 'run',
  summary: 'Run a handler by hand: read-only at once, anything else after somebody else approves',
  usage: `nightshift run HANDLER --target SYSTEM/NAME [--with KEY=VALUE]... [--dry-run] [--by NAME] [--json]

  --with     a parameter; numbers, true, false and lists in brackets are read as such: --with atMost=5 --with 'users=["app"]'
  --dry-run  only say what it would do`,
  run: async (args, io) => {
    const { values, positionals } = readArgs(args, {
      target: { type: 'string' },
      with: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
      by: { type: 'string' },
      json: { type: 'boolean' },
    })
    const [handler, ...rest] = positionals
    const [system, target] = (values.target ?? '').split('/')
    if (handler === undefined || rest.length > 0) throw new NightshiftError('usage', 'one handler is needed')
    if (!system || !target) throw new NightshiftError('usage', '--target SYSTEM/NAME is needed')
    const call: Call = { handler, target, params: Object.fromEntries((values.with ?? []).map(readParameter)) }
    return withFlow(io, async (flow) => {
      const { readOnly } = invokerFacts(flow, handler)
      if (readOnly || values['dry-run']) return look(flow, io, system, call, readOnly, values.json ?? false)
      return answer(io, await requestRun(flow.deps, system, call, personOf(values.by)), values.json)
    })
  },
}

function invokerFacts({ registry }: FlowAtHand, handler: string): { readOnly: boolean } {
  const found = registry.get(handler)
  if (!found)
    throw new NightshiftError('unknown-handler', `there is no handler ${handler}; nightshift handlers lists them`, {
      handler,
    })
  return { readOnly: found.danger === 'read-only' }
}

async function look(
  { deps, registry }: FlowAtHand,
  io: Io,
  system: string,
  call: Call,
  readOnly: boolean,
  json: boolean,
): Promise<number> {
  const targets = openTargets(deps.policies().policies, withSecretFiles(io.env))
  const invoker: Invoker = createInvoker({ registry, openTarget: targets.client, log: silentLog, now: deps.now })
  const signal = new AbortController().signal
  try {
    const seen = readOnly ? await invoker.diagnose(system, call, signal) : await invoker.plan(system, call, signal)
    io.out(json ? `${JSON.stringify(seen, null, 2)}\n` : linesOf(seen))
    return FINE
  } finally {
    await targets.close()
  }
}

function linesOf(seen: Finding | Plan): string {
  const lines =
    'items' in seen ? seen.items : [seen.columns, ...seen.rows].map((row) => row.map((cell) => cell ?? '').join('\t'))
  return [seen.summary, ...lines].map((line) => `${line}\n`).join('')
}

function readParameter(text: string): [string, Json] {
  const at = text.indexOf('=')
  if (at < 1) throw new NightshiftError('usage', `--with ${text}: expected KEY=VALUE`)
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value) as Json]
  } catch {
    // Not JSON is plain text, as `5m`.
    return [text.slice(0, at), value]
  }
}
