import { setTimeout as pause } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Json } from '../../domain/policy.ts'
import type { Db } from '../../ledger/database.ts'

type Told = {
  position: number
  chain: number
  kind: string
  payload: { actor: { kind: string; name: string }; data: Record<string, Json> }
}
type Style = Parameters<typeof styleText>[0]

/** Prints the ledger as it is written: the story is read from the same entries that the audit checks. */
export type Narrator = {
  say: (heading: string, text: string, style?: Style) => void
  /** Waits for an entry; those on the way there are printed. */
  until: (
    what: string,
    wanted: (entry: { kind: string; data: Record<string, Json>; incident: number }) => boolean,
  ) => Promise<{ incident: number; data: Record<string, Json> }>
}

const LONGEST_WAIT_MS = 60_000
const SHOWN_ITEMS = 4

/** @param out takes plain or coloured text */
export function createNarrator(db: Db, out: (text: string) => void, colour: boolean, startedAt: number): Narrator {
  let position = 0
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const say: Narrator['say'] = (heading, text, style = 'cyan') => {
    const at = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7)
    out(`${paint('dim', at)}  ${paint(style, heading.padEnd(11))} ${text}\n`)
  }
  return {
    say,
    until: async (what, wanted) => {
      for (let waited = 0; waited < LONGEST_WAIT_MS; waited += 50) {
        const { rows } = await db.query<Told>(
          'select position, chain, kind, payload from entry where position > $1 order by position',
          [position],
        )
        for (const { position: reached, chain, kind, payload } of rows) {
          position = reached
          for (const [heading, text, style] of linesOf(kind, payload.data, payload.actor.name))
            say(heading, text, style)
          if (wanted({ kind, data: payload.data, incident: chain })) return { incident: chain, data: payload.data }
        }
        await pause(50)
      }
      throw new Error(`the demo waited ${LONGEST_WAIT_MS / 1000} s for ${what}, and it did not come`)
    },
  }
}

function linesOf(kind: string, data: Record<string, Json>, actor: string): [string, string, Style?][] {
  switch (kind) {
    case 'incident.opened':
      return [['alert', `${field(data.labels, 'alertname')} is firing`, 'red']]
    case 'decision.made':
      return [['decision', `${data.outcome}, because ${data.reason}: ${data.detail}`, 'yellow']]
    case 'diagnosis.attached':
      return [['diagnosis', String(field(data.finding, 'summary'))], ...table(data.finding)]
    case 'plan.made':
      return [['plan', String(data.summary)], ...items(data.items)]
    case 'approval.requested':
      return [['asks', `somebody of ${list(data.approvers)} must say yes`, 'yellow']]
    case 'approval.given':
      return [['approved', `by ${actor}`, 'green']]
    case 'run.started':
      return [['run', `${data.handler} on ${data.target} starts`, 'yellow']]
    case 'run.ended':
      return [['run', `ended: ${data.outcome}`]]
    case 'verification.checked':
      return [[data.recovered ? 'verified' : 'not better', String(data.evidence), data.recovered ? 'green' : 'red']]
    case 'incident.closed':
      return [['resolved', String(data.reason), 'green']]
    default:
      return []
  }
}

function table(finding: Json | undefined): [string, string][] {
  const columns = field(finding, 'columns')
  const rows = field(finding, 'rows')
  if (!Array.isArray(columns) || !Array.isArray(rows)) return []
  const cells = [columns, ...rows].map((row) => (row as Json[]).map((cell) => String(cell ?? '')))
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .slice(0, SHOWN_ITEMS + 4)
    .map((row) => ['', `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`])
}

function items(shown: Json | undefined): [string, string][] {
  if (!Array.isArray(shown)) return []
  const rest = shown.length - SHOWN_ITEMS
  const first = shown.slice(0, SHOWN_ITEMS).map((item): [string, string] => ['', `  ${item}`])
  return rest > 0 ? [...first, ['', `  and ${rest} more`]] : first
}

function field(value: Json | undefined, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, Json>)[key]
    : undefined
}

function list(value: Json | undefined): string {
  return Array.isArray(value) ? value.join(', ') : ''
}
