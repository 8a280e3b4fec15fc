import { stat } from 'node:fs/promises'
import { delimiter, dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadHandlers, type Registry } from '../handler/registry.ts'
import type { Io } from './command.ts'

const OWN_HANDLERS = fileURLToPath(new URL('../../handlers', import.meta.url))

/**
 * Loads the handlers that come with Nightshift, those of `NIGHTSHIFT_HANDLERS` and those of further folders.
 * @throws NightshiftError `unknown-handler`
 */
export function handlersFor(further: readonly string[], { env, cwd }: Io): Promise<Registry> {
  const named = [...(env.NIGHTSHIFT_HANDLERS ?? '').split(delimiter), ...further].filter((folder) => folder !== '')
  return loadHandlers([...new Set([OWN_HANDLERS, ...named.map((folder) => resolve(cwd, folder))])])
}

/** The policies' folder as problems name it: short, and right from the process' own folder. A file stands for its folder. */
export async function policyFolder(given: string | undefined, { env, cwd }: Io): Promise<string> {
  const path = resolve(cwd, given ?? env.NIGHTSHIFT_POLICIES ?? 'policies')
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
  return relative(process.cwd(), isFile ? dirname(path) : path) || '.'
}
