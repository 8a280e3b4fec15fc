import type { AskReads } from '../ask/decisions.ts'
import { isMatcher, parseMatcher } from '../domain/matcher.ts'
import type { PolicySet } from '../domain/policy.ts'
import { SEVERITIES } from '../domain/severity.ts'
import type { CommandDeps } from '../flow/command.ts'
import type { Db } from '../ledger/database.ts'
import { listIncidents } from '../ledger/incident-views.ts'
import { listWaiting } from '../ledger/remediation-views.ts'
import { explain, quietFacts } from '../policy/explain.ts'
import { explainLines } from '../policy/explain-lines.ts'

const SHOWN = 20
const NEWEST = { before: null, limit: SHOWN }

/** What people can ask from Slack; plain text, as the command line says it. */
export function createAskReads(
  db: Db,
  policies: () => PolicySet,
  { ledger, shadow }: CommandDeps,
  now: () => Date,
): AskReads {
  const open = () =>
    listIncidents(db, { system: null, state: 'open', severity: null, since: null, until: null }, NEWEST)
  return {
    status: async () => {
      const [incidents, waiting, killSwitch] = [
        await open(),
        await listWaiting(db, null, NEWEST),
        await ledger.readKillSwitch(),
      ]
      const acting = killSwitch.on
        ? `the kill switch is on, by ${killSwitch.by}: ${killSwitch.reason}`
        : shadow
          ? 'shadow mode: nothing acts'
          : 'acting'
      return `${acting}; ${atMost(incidents.length)} open incidents, ${atMost(waiting.length)} approvals wait`
    },
    incidents: async () => {
      const lines = (await open()).map(
        ({ id, severity, system, labels }) => `${id}  ${severity}  ${system ?? '-'}  ${labels.alertname ?? '-'}`,
      )
      return lines.length === 0 ? 'no incident is open' : lines.join('\n')
    },
    explain: async (text) => {
      const labels = readLabels(text)
      if (labels === null) return 'expected labels, such as alertname="PoolExhausted" system="fluxbase"'
      return explainLines(explain(labels, policies(), (match) => quietFacts(match, { shadow }), now())).join('\n')
    },
    oncall: async () => {
      const { rows } = policies().severity
      return SEVERITIES.map((severity) => `${severity}  ${rows[severity].chain.join(' -> ')}`).join('\n')
    },
  }
}

function atMost(count: number): string {
  return count < SHOWN ? String(count) : `${SHOWN} or more`
}

function readLabels(text: string): Record<string, string> | null {
  const parts = text.match(/[a-zA-Z_]\w*=(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/g) ?? []
  const matchers = parts.map(parseMatcher).filter(isMatcher)
  return matchers.length === 0 ? null : Object.fromEntries(matchers.map(({ label, value }) => [label, value]))
}
