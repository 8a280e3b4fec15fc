import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { NightshiftError, sentence } from '../domain/errors.ts'
import type { PolicySet } from '../domain/policy.ts'
import { inReadingOrder, type Place, type Problem, placeText, problemText } from './problem.ts'
import type { Catalogue } from './read-call.ts'
import { type PolicyDraft, readPolicy } from './read-policy.ts'
import { checkSystems, readSeverity } from './read-severity.ts'
import { checkShadowing } from './shadowing.ts'
import { openSource, type Source } from './source.ts'

const SEVERITY_FILE = 'severity.yaml'

/** Either a set without a problem, or all problems of all files, in reading order. */
export type Checked = { set: PolicySet; problems: readonly [] } | { set: null; problems: readonly Problem[] }

/**
 * Reads all policies of a folder (`<system>.yaml` and `severity.yaml`; folders in it are not read).
 * @throws NightshiftError `bad-policy` with `data.problems`, all of them
 */
export async function loadPolicies(folder: string, catalogue: Catalogue): Promise<PolicySet> {
  const { set, problems } = await checkPolicies(folder, catalogue)
  if (set) return set
  throw new NightshiftError('bad-policy', problems.map(problemText).join('\n'), { problems })
}

/** As loadPolicies, but problems are the answer and not an error. */
export async function checkPolicies(folder: string, catalogue: Catalogue): Promise<Checked> {
  const opened = await openFolder(folder)
  if (!Array.isArray(opened)) return { set: null, problems: [opened] }
  return checkSources(folder, opened, catalogue)
}

/** Judges files that are open. */
export function checkSources(folder: string, sources: readonly Source[], catalogue: Catalogue): Checked {
  const severitySource = sources.find(({ file }) => file === join(folder, SEVERITY_FILE))
  const severity = severitySource && readSeverity(severitySource)
  const drafts = sources
    .filter((source) => source !== severitySource)
    .map((source) => readPolicy(source, catalogue, severity?.who ?? null))
  checkShadowing(drafts)
  checkOneFilePerSystem(drafts)
  const systems = drafts.map(({ system }) => system?.value ?? null)
  // A file whose system could not be read may be the one that a row of severity.yaml is for.
  if (severity && !systems.includes(null)) checkSystems(severity, systems)

  const missing = severity
    ? []
    : [folderProblem(folder, SEVERITY_FILE, 'is missing: people, groups and the severity matrix')]
  const problems = inReadingOrder([...sources.flatMap((source) => source.problems), ...missing])
  const policies = drafts.flatMap(({ policy }) => policy ?? [])
  if (problems.length > 0 || !severity?.matrix) return { set: null, problems }
  return { set: { policies, severity: severity.matrix, hash: hashOf(sources) }, problems: [] }
}

/** The files in order of their names, or why there are none to read. */
async function openFolder(folder: string): Promise<Source[] | Problem> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name)).map(({ name }) => name)
    if (!names.some((name) => name !== SEVERITY_FILE))
      return folderProblem(folder, '', 'no policy in this folder; expected <system>.yaml')
    return await Promise.all(
      names.sort().map(async (name) => openSource(join(folder, name), await readFile(join(folder, name)))),
    )
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'ENOENT'
    return folderProblem(folder, '', missing ? 'no such folder' : `cannot be read: ${sentence(error)}`)
  }
}

function folderProblem(folder: string, name: string, message: string): Problem {
  const place: Place = { file: join(folder, name), line: 1, column: 1 }
  return { ...place, message }
}

function checkOneFilePerSystem(drafts: readonly PolicyDraft[]): void {
  const first = new Map<string, string>()
  for (const { source, system } of drafts) {
    if (!system) continue
    const before = first.get(system.value)
    if (before) source.report(system.node, `a second file for the system "${system.value}"; the first is ${before}`)
    else first.set(system.value, placeText(source.placeOf(system.node)))
  }
}

/** SHA-256 over the files' names and hashes, wherever the folder lies. */
function hashOf(sources: readonly Source[]): string {
  const lines = sources.map(({ file, hash }) => `${basename(file)} ${hash}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
