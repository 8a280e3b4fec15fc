import { readFileSync } from 'node:fs'

/** The environment as targets see it: a name that is not set may stand in a file, NAME_FILE, as secrets do in containers. */
export function withSecretFiles(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const files = Object.entries(env).flatMap(([name, path]) => {
    const plain = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : ''
    return plain === '' || env[plain] !== undefined || !path ? [] : [[plain, path] as const]
  })
  const found: Record<string, string | undefined> = { ...env }
  for (const [name, path] of files) {
    // Read when it is asked for: a file that nobody needs may be missing, and one that is replaced is read anew.
    Object.defineProperty(found, name, { enumerable: true, get: () => readText(path) })
  }
  return found
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '') || undefined
  } catch {
    // Not there counts as not set: the target that needs it says which variable is missing.
    return undefined
  }
}
