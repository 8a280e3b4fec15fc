import { NightshiftError } from '../domain/errors.ts'
import type { PolicySet } from '../domain/policy.ts'
import { policySchema } from '../policy/json-schema.ts'
import { checkPolicies } from '../policy/load.ts'
import { type Problem, problemText } from '../policy/problem.ts'
import { type Command, FINDINGS, FINE, type Io, readArgs } from './command.ts'
import { handlersFor, policyFolder } from './folders.ts'

export const command: Command = {
  name: 'check',
  summary: 'Check policies; print every problem with its position',
  usage: `nightshift check [FOLDER...] [--handlers FOLDER]... [--json]
       nightshift check --schema [policy|severity]

  FOLDER      policies to check; "policies" when left out
  --handlers  further folders of handlers
  --schema    print the JSON Schema of a policy, or of severity.yaml, for editors`,
  run: async (args, io) => {
    const { values, positionals } = readArgs(args, {
      handlers: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      schema: { type: 'boolean' },
    })
    if (values.schema) return printSchema(positionals, io)
    const catalogue = await handlersFor(values.handlers ?? [], io)
    const given = positionals.length > 0 ? positionals : [undefined]
    const folders = [...new Set(await Promise.all(given.map((folder) => policyFolder(folder, io))))]
    const checked = await Promise.all(folders.map((folder) => checkPolicies(folder, catalogue)))
    const problems = checked.flatMap((result) => [...result.problems])
    const sets = checked.flatMap(({ set }) => set ?? [])
    io.out(values.json ? `${JSON.stringify(report(problems, sets), null, 2)}\n` : story(problems, sets))
    return problems.length > 0 ? FINDINGS : FINE
  },
}

function printSchema([kind = 'policy', ...more]: string[], io: Io): number {
  if ((kind !== 'policy' && kind !== 'severity') || more.length > 0)
    throw new NightshiftError(
      'usage',
      `--schema is of "policy" or of "severity", not of "${[kind, ...more].join(' ')}"`,
    )
  io.out(`${JSON.stringify(policySchema(kind), null, 2)}\n`)
  return FINE
}

function report(problems: readonly Problem[], sets: readonly PolicySet[]) {
  const policies = sets.flatMap((set) =>
    set.policies.map(({ system, file, hash, rules }) => ({ system, file, hash, rules: rules.length })),
  )
  return { ok: problems.length === 0, problems, policies }
}

function story(problems: readonly Problem[], sets: readonly PolicySet[]): string {
  if (problems.length > 0) {
    const files = new Set(problems.map(({ file }) => file)).size
    return `${problems.map(problemText).join('\n')}\n\n${count(problems.length, 'problem')} in ${count(files, 'file')}\n`
  }
  const lines = report(problems, sets).policies.map(
    ({ system, file, rules }) => `${file}: ${system}, ${count(rules, 'rule')}, fine\n`,
  )
  return lines.join('')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
