import { readdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseDuration } from '../domain/duration.ts'
import { NightshiftError, sentence } from '../domain/errors.ts'
import { DANGERS, type Handler } from './define.ts'

/** All handlers by id, sorted. */
export type Registry = ReadonlyMap<string, Handler>

/**
 * Loads every `.ts` file below the folders; the path below its folder, without the ending, is the handler's id.
 * @throws NightshiftError `unknown-handler` for a file without a well-formed default export, an id that two folders
 *   have, or a folder that cannot be read
 */
export async function loadHandlers(folders: readonly string[]): Promise<Registry> {
  const found = new Map<string, Handler>()
  for (const folder of folders) {
    const root = resolve(folder)
    for (const file of await handlerFiles(root)) {
      const id = relative(root, file).slice(0, -'.ts'.length).split(sep).join('/')
      if (found.has(id))
        throw new NightshiftError('unknown-handler', `two handlers are called ${id}; the second is ${file}`, {
          id,
          file,
        })
      const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown }
      found.set(id, wellFormed(loaded.default, file))
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function handlerFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new NightshiftError('unknown-handler', `no handlers from ${root}: ${sentence(error)}`, { root }, error)
  })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function wellFormed(value: unknown, file: string): Handler {
  const refuse = (what: string): never => {
    throw new NightshiftError('unknown-handler', `${file}: ${what}; see CONTRIBUTING.md, "A new handler"`, { file })
  }
  if (value === null || typeof value !== 'object')
    return refuse(`the default export is ${value === null ? 'null' : typeof value}, not defineHandler({...})`)
  const handler = value as Handler
  if (!DANGERS.includes(handler.danger))
    return refuse(`danger is ${String(handler.danger)}, not one of ${DANGERS.join(', ')}`)
  if (parseDuration(handler.timeout ?? '') === null) return refuse('timeout is not a duration such as 30s')
  const needed = handler.danger === 'read-only' ? ['run'] : ['plan', 'run', 'verify']
  for (const name of needed) {
    if (typeof (handler as unknown as Record<string, unknown>)[name] !== 'function')
      return refuse(`${name} is not a function`)
  }
  if (handler.danger !== 'read-only' && typeof handler.idempotent !== 'boolean')
    return refuse('idempotent is neither true nor false')
  return handler
}
