import { policyShape } from './policy-shape.ts'
import { severityShape } from './severity-shape.ts'
import type { JsonSchema } from './shape.ts'

/**
 * JSON Schema (draft 2020-12) of a file of `policies/`, for editors. It comes from the shapes that the parser reads with; what
 * needs more than one place to judge (handlers, targets, shadowing) only `nightshift check` knows.
 */
export function policySchema(kind: 'policy' | 'severity'): JsonSchema {
  const shape = kind === 'policy' ? policyShape : severityShape
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: kind === 'policy' ? 'Nightshift policy: the rules of one system' : 'Nightshift severity: people and matrix',
    ...shape.schema,
  }
}
