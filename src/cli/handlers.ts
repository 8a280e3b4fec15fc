import { type Command, FINE, readArgs } from './command.ts'
import { handlersFor } from './folders.ts'
import { table } from './table.ts'

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
