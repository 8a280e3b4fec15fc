import { readFile } from 'node:fs/promises'
import { NightshiftError, sentence } from '../domain/errors.ts'
import { suggestion } from '../domain/suggest.ts'
import { type Command, FINDINGS, FINE, type Io, USAGE } from './command.ts'

/** Command name -> its module, loaded only when needed so that `check` does not wait for a database driver. */
export type Commands = Readonly<Record<string, () => Promise<{ command: Command }>>>

/** Runs one command line; returns the exit code: 0 fine, 1 findings or failure, 2 wrong usage. */
export async function dispatch(args: string[], commands: Commands, io: Io): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const text = await overview(commands)
    name === undefined ? io.err(text) : io.out(text)
    return name === undefined ? USAGE : FINE
  }
  if (name === '--version') {
    io.out(`nightshift ${await version()}\n`)
    return FINE
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    io.err(
      `unknown command "${name}"${suggestion(name, Object.keys(commands))}\nnightshift --help lists the commands\n`,
    )
    return USAGE
  }
  const { command } = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${command.summary}\n\nusage: ${command.usage}\n`)
    return FINE
  }
  return runCommand(command, rest, io)
}

async function runCommand(command: Command, args: string[], io: Io): Promise<number> {
  try {
    return await command.run(args, io)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    if (error.code === 'usage') {
      io.err(`${command.name}: ${sentence(error)}\nusage: ${command.usage}\n`)
      return USAGE
    }
    io.err(`${sentence(error)}\n`)
    return FINDINGS
  }
}

async function overview(commands: Commands): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...loaded.map(({ command }) => command.name.length))
  const lines = loaded.map(({ command }) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `usage: nightshift COMMAND [options]\n\n${lines.join('\n')}\n\n"nightshift COMMAND --help" says more. Exit: 0 fine, 1 findings, 2 wrong usage.\n`
}

async function version(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
