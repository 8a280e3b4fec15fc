import type { Command, Io } from '../../src/cli/command.ts'
import { dispatch } from '../../src/cli/dispatch.ts'

export type Outcome = { code: number; out: string; err: string }

/** Runs one command line in this process, as main.ts would, and keeps what it said. */
export async function run(
  command: Command,
  args: string[],
  given: Partial<Io> & { input?: string } = {},
): Promise<Outcome> {
  const said = { out: '', err: '' }
  const io: Io = {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    env: {},
    cwd: process.cwd(),
    isTty: false,
    stdin: async () => given.input ?? '',
    ...given,
  }
  const code = await dispatch([command.name, ...args], { [command.name]: async () => ({ command }) }, io)
  return { code, ...said }
}
