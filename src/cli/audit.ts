import { type AuditReport, audit } from '../ledger/audit.ts'
import { assertMigrated } from '../ledger/migrate.ts'
import { type Command, FINDINGS, FINE, readArgs } from './command.ts'
import { withLedgerDatabase } from './ledger-database.ts'

export const command: Command = {
  name: 'audit',
  summary: 'Check the four promises and the chain of hashes, from the ledger alone',
  usage: `nightshift audit [--json]

  Exit 1 when a promise is broken or an entry was changed; each breach is named.`,
  run: async (args, io) => {
    const { values } = readArgs(args, { json: { type: 'boolean' } })
    return withLedgerDatabase(io, async (database) => {
      await assertMigrated(database)
      const report = await audit(database, new Date())
      io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : auditText(report))
      return report.breaches.length === 0 ? FINE : FINDINGS
    })
  },
}

const PROMISES = ['nothing changed', 'nothing lost', 'nothing unapproved', 'nothing twice', 'nothing silent'] as const

/** The report for people: one line per promise, and one per breach. */
export function auditText(report: AuditReport): string {
  const { entries, chains, notifications, incidents, runs, breaches } = report
  const head = `${notifications} notifications, ${incidents} incidents, ${runs} runs, ${entries} entries in ${chains} chains\n`
  const lines = PROMISES.map((promise, number) => {
    const broken = breaches.filter((breach) => breach.promise === number)
    const first = `${broken.length === 0 ? 'kept  ' : 'BROKEN'}  ${promise}\n`
    return first + broken.map(({ subject, detail }) => `          ${subject} ${detail}\n`).join('')
  })
  return head + lines.join('')
}
