import { NightshiftError } from '../domain/errors.ts'
import { approve, deny } from '../flow/approve.ts'
import { type Command, readArgs } from './command.ts'
import { answer, personOf, withFlow } from './with-flow.ts'

export const command: Command = {
  name: 'approve',
  summary: 'Say yes, or no, to a remediation that waits for a person',
  usage: `nightshift approve ID [--by NAME] [--deny] [--reason TEXT] [--json]

  --by      who decides: a person of severity.yaml who may approve this rule (default: who is logged in)
  --deny    say no; the next step follows, or a person is told`,
  run: async (args, io) => {
    const { values, positionals } = readArgs(args, {
      by: { type: 'string' },
      deny: { type: 'boolean' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
    })
    const id = Number(positionals[0])
    if (positionals.length !== 1 || !Number.isSafeInteger(id) || id < 1)
      throw new NightshiftError('usage', 'the number of one remediation is needed')
    const by = personOf(values.by)
    return withFlow(io, async ({ deps }) =>
      answer(
        io,
        values.deny ? await deny(deps, id, by, values.reason ?? '') : await approve(deps, id, by),
        values.json,
      ),
    )
  },
}
