import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Json } from '../domain/policy.ts'
import { suggestion } from '../domain/suggest.ts'
import type { Source } from './source.ts'

export type JsonSchema = { readonly [keyword: string]: Json }

/** A value and the node that it was read from, so that later checks can point at it. */
export type Placed<T> = { value: T; node: Node }

/**
 * What is allowed at one place of a file. One description serves both the parser and the editor's JSON Schema, so that they
 * cannot disagree. Reading reports every problem and gives null for what is wrong, so that the rest is still looked at.
 */
export type Shape<T> = { schema: JsonSchema; read: (node: Node, source: Source) => Placed<T> | null }
export type Optional<T> = Shape<T> & { optional: true }

type Shapes = Readonly<Record<string, Shape<unknown>>>
type Value<S> = S extends Shape<infer T> ? T : never

/** The fields of a map: null was wrong and is reported, undefined was left out and may be. */
export type Fields<F extends Shapes> = {
  [K in keyof F]: Placed<Value<F[K]>> | null | (F[K] extends { optional: true } ? undefined : never)
}

/** The same shape for a key that may be left out. */
export function optional<T>(shape: Shape<T>): Optional<T> {
  return { ...shape, optional: true }
}

/** The same shape with a sentence for editors. */
export function described<T>(description: string, shape: Shape<T>): Shape<T> {
  return { ...shape, schema: { ...shape.schema, description } }
}

/** One scalar. `parse` gets its value and gives ours, or says what is wrong. */
export function scalar<T>(schema: JsonSchema, parse: (value: unknown) => { value: T } | { problem: string }): Shape<T> {
  return {
    schema,
    read: (node, source) => {
      const parsed = parse(isScalar(node) ? node.value : node)
      if ('value' in parsed) return { value: parsed.value, node }
      source.report(node, parsed.problem)
      return null
    },
  }
}

/** A map with exactly these keys. */
export function object<F extends Shapes>(fields: F): Shape<Fields<F>> {
  const required = Object.keys(fields).filter((name) => !isOptional(fields[name]))
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, shape.schema])),
      required,
      additionalProperties: false,
    },
    read: (node, source) => {
      const entries = entriesOf(node, source)
      if (entries === null) return null
      for (const { name, key } of entries) {
        if (!Object.hasOwn(fields, name))
          source.report(
            key,
            `unknown key "${name}"${suggestion(name, Object.keys(fields)) || oneOf(Object.keys(fields))}`,
          )
      }
      const found = new Map(entries.map((entry) => [entry.name, entry.value]))
      const values = Object.entries(fields).map(([name, shape]) => {
        const value = found.get(name)
        if (value !== undefined) return [name, shape.read(value, source)]
        if (isOptional(shape)) return [name, undefined]
        source.report(node, `"${name}" is missing`)
        return [name, null]
      })
      return { value: Object.fromEntries(values) as Fields<F>, node }
    },
  }
}

/** A map from names, which must match, to values of one shape. */
export function record<T>(
  name: Shape<string>,
  shape: Shape<T>,
): Shape<readonly (readonly [Placed<string>, Placed<T>])[]> {
  return {
    schema: { type: 'object', propertyNames: name.schema, additionalProperties: shape.schema },
    read: (node, source) => {
      const entries = entriesOf(node, source)
      if (entries === null) return null
      const pairs = entries.flatMap(({ key, value }) => {
        const readKey = name.read(key, source)
        const readValue = shape.read(value, source)
        return readKey && readValue ? [[readKey, readValue] as const] : []
      })
      return { value: pairs, node }
    },
  }
}

/** A list of at least one item; an empty one is always a slip. */
export function list<T>(shape: Shape<T>): Shape<readonly Placed<T>[]> {
  return {
    schema: { type: 'array', items: shape.schema, minItems: 1 },
    read: (node, source) => {
      if (!isSeq(node)) {
        source.report(node, `expected a list, found ${kindOf(node)}`)
        return null
      }
      if (node.items.length === 0) source.report(node, 'the list is empty')
      return { value: (node.items as Node[]).flatMap((item) => shape.read(item, source) ?? []), node }
    },
  }
}

/** True when no item of the list was refused. */
export function isWhole({ value, node }: Placed<readonly unknown[]>): boolean {
  return isSeq(node) && node.items.length === value.length
}

/** Free values, kept as they are; whoever knows what they are for checks them. */
export const anything: Shape<Json> = {
  schema: {},
  read: (node) => ({ value: jsonOf(node), node }),
}

function jsonOf(node: Node): Json {
  if (isScalar(node)) return node.value as Json
  if (isSeq(node)) return (node.items as Node[]).map(jsonOf)
  if (isMap(node)) return Object.fromEntries(namedPairs(node).map(({ name, value }) => [name, jsonOf(value)]))
  return null
}

type Entry = { name: string; key: Node; value: Node }

function entriesOf(node: Node, source: Source): Entry[] | null {
  if (isMap(node)) return namedPairs(node)
  source.report(node, `expected a map, found ${kindOf(node)}`)
  return null
}

/** Keys that are not text were reported when the file was opened. */
function namedPairs(node: Node): Entry[] {
  if (!isMap(node)) return []
  return (node.items as { key: Node; value: Node | null }[]).flatMap(({ key, value }) =>
    isScalar(key) && typeof key.value === 'string' ? [{ name: key.value, key, value: value ?? key }] : [],
  )
}

/** The node that a path of keys and numbers leads to; the last one on the way that exists. */
export function nodeAt(node: Node, path: readonly PropertyKey[]): Node {
  const [step, ...rest] = path
  if (step === undefined) return node
  const next = isSeq(node)
    ? (node.items[Number(step)] as Node | undefined)
    : namedPairs(node).find(({ name }) => name === step)?.value
  return next ? nodeAt(next, rest) : node
}

/** The key's own node, for a problem that is about the key. */
export function keyNodeAt(node: Node, path: readonly PropertyKey[]): Node {
  const name = path.at(-1)
  const parent = nodeAt(node, path.slice(0, -1))
  return namedPairs(parent).find((entry) => entry.name === name)?.key ?? parent
}

/** What stands there, in a person's words. */
export function kindOf(node: unknown): string {
  if (isMap(node)) return 'a map'
  if (isSeq(node)) return 'a list'
  const value = isScalar(node) ? node.value : node
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value)
  return String(value)
}

function isOptional(shape: Shape<unknown> | undefined): boolean {
  return shape !== undefined && 'optional' in shape
}

function oneOf(names: readonly string[]): string {
  return `; expected ${names.join(', ')}`
}
