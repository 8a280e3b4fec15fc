import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Handler, isReadOnly } from '../src/handler/define.ts'
import { loadHandlers } from '../src/handler/registry.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

type Property = {
  type?: string
  enum?: string[]
  description?: string
  default?: unknown
  minimum?: number
  maximum?: number
  maxItems?: number
}

/** The catalogue of all handlers, as docs/handlers.md has it: from their declarations and the doc comments above them. */
export async function handlersPage(): Promise<string> {
  const registry = await loadHandlers([`${ROOT}handlers`])
  const sections = await Promise.all([...registry].map(([id, handler]) => section(id, handler)))
  const rows = [...registry].map(([id, { danger, summary }]) => `| [${id}](#${anchor(id)}) | ${danger} | ${summary} |`)
  return [
    '<!-- Written by scripts/generate-handler-docs.ts from handlers/. Change the handler, then run the script. -->',
    '# Handlers',
    '',
    'What Nightshift can do. A policy calls a handler by its id; `target` names one of the policy’s targets of the handler’s kind',
    '([targets](targets.md)).',
    '',
    '| Handler | Danger | What it does |',
    '| --- | --- | --- |',
    ...rows,
    ...sections.map((text) => `\n${text}`),
    '',
  ].join('\n')
}

async function section(id: string, handler: Handler): Promise<string> {
  const source = await readFile(`${ROOT}handlers/${id}.ts`, 'utf8')
  const again = isReadOnly(handler) || handler.idempotent
  return [
    `## ${id}`,
    '',
    docComment(source),
    '',
    `- Target: ${handler.target}. Danger: ${handler.danger}. Time limit: ${handler.timeout}.`,
    `- After a crash: ${again ? 'may be started again' : 'is never started again unasked'}.`,
    ...parameterLines(handler),
  ].join('\n')
}

function parameterLines(handler: Handler): string[] {
  const schema = z.toJSONSchema(handler.params, { io: 'input' }) as {
    properties?: Record<string, Property>
    required?: string[]
  }
  const entries = Object.entries(schema.properties ?? {})
  if (entries.length === 0) return ['- Parameters: none.']
  const rows = entries.map(([name, property]) => {
    const needed = schema.required?.includes(name)
      ? 'required'
      : property.default === undefined
        ? ''
        : `\`${property.default}\``
    return `| \`${name}\` | ${valueText(property)} | ${needed} |`
  })
  return ['', '| Parameter | Value | Default |', '| --- | --- | --- |', ...rows]
}

function valueText({ type, enum: choices, description, minimum, maximum, maxItems }: Property): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' or ')
  if (type === 'integer') return `whole number, ${minimum} to ${maximum}`
  return type === 'array' ? `list, at most ${maxItems}: ${description}` : (description ?? 'text')
}

/** The doc comment right above the definition, as one paragraph. */
function docComment(source: string): string {
  const [, text = ''] = source.match(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport default/) ?? []
  return text.replace(/\s*\n\s*\*\s?/g, ' ').trim()
}

function anchor(id: string): string {
  return id.replaceAll('/', '')
}

if (import.meta.main) await writeFile(`${ROOT}docs/handlers.md`, await handlersPage())
