import { NightshiftError } from '../domain/errors.ts'
import { findIncident, type IncidentStory, listIncidents } from '../ledger/incident-views.ts'
import { assertMigrated } from '../ledger/migrate.ts'
import { type Command, FINDINGS, FINE, readArgs } from './command.ts'
import { withLedgerDatabase } from './ledger-database.ts'
import { table } from './table.ts'

const SHOWN = 50

export const command: Command = {
  name: 'incidents',
  summary: 'List incidents, newest first, or tell the story of one',
  usage: `nightshift incidents [ID] [--system NAME] [--all] [--json]

  ID        tell the story of this one
  --system  only those of one system
  --all     closed ones too`,
  run: async (args, io) => {
    const options = { system: { type: 'string' }, all: { type: 'boolean' }, json: { type: 'boolean' } } as const
    const { values, positionals } = readArgs(args, options)
    const id = positionals[0] === undefined ? null : Number(positionals[0])
    if (positionals.length > 1 || (id !== null && !(Number.isSafeInteger(id) && id > 0)))
      throw new NightshiftError('usage', 'at most one number is needed')
    return withLedgerDatabase(io, async (database) => {
      await assertMigrated(database)
      const print = (shown: unknown, text: string) => io.out(values.json ? `${JSON.stringify(shown, null, 2)}\n` : text)
      if (id !== null) {
        const story = await findIncident(database, id, 500)
        if (story === null) io.err(`there is no incident ${id}\n`)
        else print(story, storyText(story))
        return story === null ? FINDINGS : FINE
      }
      const filter = {
        system: values.system ?? null,
        state: values.all ? null : ('open' as const),
        severity: null,
        since: null,
        until: null,
      }
      const found = await listIncidents(database, filter, { before: null, limit: SHOWN })
      const rows = found.map((one) => [
        String(one.id),
        one.severity,
        one.state,
        one.system ?? '-',
        printable(one.labels.alertname ?? '-'),
        one.openedAt.toISOString(),
      ])
      print(
        found,
        found.length === 0 ? 'none\n' : table([['id', 'severity', 'state', 'system', 'alert', 'opened'], ...rows]),
      )
      return FINE
    })
  },
}

function storyText({ id, severity, state, labels, entries }: IncidentStory): string {
  const head = `incident ${id}, ${severity}, ${state}: ${printable(JSON.stringify(labels))}\n\n`
  return (
    head +
    table(
      entries.map((entry) => [
        entry.at.toISOString(),
        entry.kind,
        entry.actor.name,
        printable(JSON.stringify(entry.data)),
      ]),
    )
  )
}

/** Labels come from outside: nothing in them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\uFFFD')
}
