import { silentLog } from '../domain/log.ts'
import { migrate } from '../ledger/migrate.ts'
import { createQueue } from '../queue/queue.ts'
import { type Command, FINE, readArgs } from './command.ts'
import { withLedgerDatabase } from './ledger-database.ts'

export const command: Command = {
  name: 'migrate',
  summary: "Bring the database's tables up to date, forward only",
  usage: `nightshift migrate [--json]

  DATABASE_URL names the database; without it, the embedded one. Safe to run beside others, any number of times.`,
  run: async (args, io) => {
    const { values } = readArgs(args, { json: { type: 'boolean' } })
    return withLedgerDatabase(io, async (database, url) => {
      const applied = await migrate(database)
      // Opening the queue on PostgreSQL brings its own schema up to date.
      const queue = await createQueue({ backend: { kind: 'postgres', url }, log: silentLog, now: () => new Date() })
      await queue.close({ graceMs: 0 })
      const text = applied.length === 0 ? 'nothing to do: the tables are up to date' : `applied ${applied.join(', ')}`
      io.out(values.json ? `${JSON.stringify({ applied })}\n` : `${text}\n`)
      return FINE
    })
  },
}
