import { createHash } from 'node:crypto'
import {
  type Document,
  isAlias,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { type Place, type Problem, placeText } from './problem.ts'

const NO_ALIASES = 'anchors and aliases are not supported: write the value out where it counts'

/** One file under examination: its nodes, where they stand, and what was found wrong so far. */
export type Source = {
  file: string
  /** SHA-256 of the file's bytes, hex. */
  hash: string
  /** Null when it is not YAML; the problems then say why. */
  root: Node | null
  problems: Problem[]
  placeOf: (node: Node) => Place
  report: (node: Node, message: string) => void
}

/**
 * Reads one file as YAML 1.2 and reports all that makes it ambiguous: tabs, doubled keys, keys that are not text, tags, and
 * anchors and aliases (a policy is read by people at night: what counts stands where it counts).
 */
export function openSource(file: string, content: Uint8Array): Source {
  const hash = createHash('sha256').update(content).digest('hex')
  const problems: Problem[] = []
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const placeOf = (node: Node) => placeAt(node.range?.[0] ?? 0)
  const report = (node: Node, message: string) => {
    // That an alias stands there is the problem; that it is not what was expected there follows from it.
    if (!isAlias(node) || message === NO_ALIASES) problems.push({ ...placeOf(node), message })
  }
  const source: Source = { file, hash, root: null, problems, placeOf, report }

  const text = decodeUtf8(content)
  if (text === null) {
    problems.push({ ...placeAt(0), message: 'not UTF-8 text' })
    return source
  }
  // Doubled keys are looked for below, where both places can be named.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' })
  const broken = firstError(document)
  if (broken) {
    problems.push({ ...placeAt(broken.pos[0]), message: yamlMessage(broken) })
    return source
  }
  if (document.contents === null) {
    problems.push({ ...placeAt(0), message: 'the file is empty' })
    return source
  }
  visit(document.contents, {
    Map: (_, map) => checkKeys(map, source),
    Alias: (_, alias) => report(alias, NO_ALIASES),
    Value: (_, value) => {
      if (value.anchor !== undefined) report(value, NO_ALIASES)
      // PostgreSQL's jsonb, where decisions are kept, holds neither.
      if (isScalar(value) && typeof value.value === 'number' && !Number.isFinite(value.value))
        report(value, 'not a finite number')
      if (isScalar(value) && typeof value.value === 'string' && value.value.includes('\0'))
        report(value, 'a NUL character')
    },
  })
  return { ...source, root: document.contents }
}

function checkKeys(map: YAMLMap, { report, placeOf }: Source): void {
  const seen = new Map<string, Node>()
  for (const { key } of map.items as { key: Node }[]) {
    if (!isScalar(key) || typeof key.value !== 'string') {
      report(key, 'a key must be text; in quotes if it looks like something else, and so must a {{ placeholder }}')
      continue
    }
    const first = seen.get(key.value)
    if (first) report(key, `duplicate key "${key.value}"; first at ${placeText(placeOf(first))}`)
    else seen.set(key.value, key)
  }
}

function decodeUtf8(content: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return null
  }
}

/** The first error only: after a bracket or a tab in the wrong place, the rest of the file is misread. */
function firstError({ errors, warnings }: Document): YAMLError | undefined {
  const inOrder = [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0])
  return inOrder.find(({ code }) => code === 'TAB_AS_INDENT') ?? inOrder[0]
}

function yamlMessage({ code, message }: YAMLError): string {
  if (code === 'TAB_AS_INDENT') return 'a tab in the indentation; YAML wants spaces'
  if (code === 'MULTIPLE_DOCS') return 'a second document; one file holds one'
  return `not YAML: ${message}`
}
