import { type Node, visit } from 'yaml'
import type { Source } from './source.ts'

const ENV_REFERENCE = /^\$\{env:[A-Z_][A-Z0-9_]*\}$/

/**
 * Reports settings that look like a reference to the environment and are none. A reference is a whole value: part of a longer
 * text it would be half a secret in a file, and a misspelt one would be sent as it is.
 */
export function checkSettings(settings: Node, source: Source): void {
  visit(settings, {
    Scalar: (key, scalar) => {
      if (key === 'key' || typeof scalar.value !== 'string') return
      if (scalar.value.includes('${') && !ENV_REFERENCE.test(scalar.value))
        source.report(scalar, `a reference to the environment must be the whole value: "\${env:NAME}"`)
      if (/\{\{|\}\}/.test(scalar.value))
        source.report(
          scalar,
          'labels are not put into the settings of a target: an alert can choose one, never make one',
        )
    },
  })
}
