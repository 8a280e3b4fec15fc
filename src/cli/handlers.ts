import { type Command, FINE, readArgs } from './command.ts'
import { handlersFor } from './folders.ts'

export const command: Command = {
  name: 'handlers',
  summary: 'List the handlers: id, danger, kind of target, what each does',
  usage: `nightshift handlers [--handlers FOLDER]... [--json]

  --handlers  further folders of handlers`,
  run: async (args, io) => {
    const { values } = readArgs(args, { handlers: { type: 'string', multiple: true }, json: { type: 'boolean' } })
    const registry = await handlersFor(values.handlers ?? [], io)
    const rows = [...registry].map(([id, { danger, target, summary }]) => ({ id, danger, target, summary }))
    io.out(values.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows.map((row) => Object.values(row))))
    return FINE
  },
}

/** Columns as wide as their widest cell; the last one runs free. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows
    .map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column)))).join('  '))
    .map((line) => `${line}\n`)
    .join('')
}
