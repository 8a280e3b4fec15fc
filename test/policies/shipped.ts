import { fileURLToPath } from 'node:url'
import type { PolicySet } from '../../src/domain/policy.ts'
import { loadHandlers } from '../../src/handler/registry.ts'
import { loadPolicies } from '../../src/policy/load.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export const POLICIES = at('policies')
export const registry = await loadHandlers([at('handlers')])
/** The policies that come with Nightshift, against the handlers that come with it. */
export const shipped: PolicySet = await loadPolicies(POLICIES, registry)
