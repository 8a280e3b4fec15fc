import { type ParseArgsConfig, parseArgs } from 'node:util'
import { NightshiftError, sentence } from '../domain/errors.ts'

/** What a command sees of the process; tests hand in their own. */
export type Io = {
  out: (text: string) => void
  err: (text: string) => void
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  isTty: boolean
  stdin: () => Promise<string>
}

/** Exit codes of every command. */
export const FINE = 0
export const FINDINGS = 1
export const USAGE = 2

export type Command = {
  name: string
  /** One line, imperative. */
  summary: string
  /** Arguments and options, one line each; the first line is the call. */
  usage: string
  /**
   * Returns the exit code.
   * @throws NightshiftError `usage` for wrong arguments
   */
  run: (args: string[], io: Io) => Promise<number>
}

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Reads a command's arguments strictly.
 * @throws NightshiftError `usage`
 */
export function readArgs<const O extends Options>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new NightshiftError('usage', sentence(error), {}, error)
  }
}
