import { NightshiftError } from '../domain/errors.ts'
import { explain, quietFacts } from '../policy/explain.ts'
import { explainLines } from '../policy/explain-lines.ts'
import { loadPolicies } from '../policy/load.ts'
import { readAlerts } from './alert-file.ts'
import { type Command, FINE, readArgs } from './command.ts'
import { handlersFor, policyFolder } from './folders.ts'

const HINT = 'guards are asked as if nothing had happened before; the running service asks them with its ledger'

export const command: Command = {
  name: 'explain',
  summary: 'Say for an alert which rule decides, what would happen, and why',
  usage: `nightshift explain --alert FILE|- [--policies FOLDER] [--handlers FOLDER]... [--json]

  --alert     JSON: an Alertmanager webhook body, one alert, or its labels; - reads standard input
  --policies  "policies" when left out
  --handlers  further folders of handlers`,
  run: async (args, io) => {
    const { values, positionals } = readArgs(args, {
      alert: { type: 'string' },
      policies: { type: 'string' },
      handlers: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    })
    if (values.alert === undefined || positionals.length > 0)
      throw new NightshiftError('usage', 'expected --alert FILE')
    const alerts = await readAlerts(values.alert, io)
    const catalogue = await handlersFor(values.handlers ?? [], io)
    const set = await loadPolicies(await policyFolder(values.policies, io), catalogue)
    const shadow = io.env.NIGHTSHIFT_MODE === 'shadow'
    const explained = alerts.map(({ labels, status }) => ({
      status,
      ...explain(labels, set, (match) => quietFacts(match, { shadow }), new Date()),
    }))
    if (values.json) {
      io.out(`${JSON.stringify(explained, null, 2)}\n`)
      return FINE
    }
    for (const { status, ...explanation } of explained) {
      if (status === 'resolved')
        io.out('status    resolved: it closes its incident; below is what its firing would do\n')
      io.out(`${explainLines(explanation).join('\n')}\n\n`)
    }
    io.out(`${HINT}\n`)
    return FINE
  },
}
