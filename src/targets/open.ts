import { NightshiftError } from '../domain/errors.ts'
import type { Policy, TargetSpec } from '../domain/policy.ts'
import type { TargetClients, TargetKind } from '../handler/targets.ts'
import { keepWarm, type Warmth } from './keep-warm.ts'
import { type Client, clientOf } from './kinds.ts'
import { type Env, misconfigured } from './settings.ts'

/** The registered targets' clients, made when first asked for. */
export type Targets = {
  /**
   * @throws NightshiftError `unknown-target` when the policies have no such target, `target-misconfigured` when it is of
   * another kind, an environment variable is missing or a setting is wrong
   */
  client: <K extends TargetKind>(system: string, name: string, kind: K) => TargetClients[K]
  /**
   * Opens a connection to every PostgreSQL target now and holds it, so that a saturated one still has us; leaves alone those
   * that are held already. A target that cannot be reached is reported, not thrown: the others must not suffer for it.
   */
  warm: (report: WarmthReport) => Promise<void>
  /** Takes newly loaded policies; clients of targets that changed or went are closed. Call `warm` again after it. */
  replace: (policies: readonly Policy[]) => Promise<void>
  close: () => Promise<void>
}

/** Told when a held target (`system/name`) cannot be reached, with the reason, and with null when it can again. */
export type WarmthReport = (target: string, problem: NightshiftError | null) => void

type Place = { system: string; spec: TargetSpec }
type Opened = { client: Client; warmth: Warmth | null }

/**
 * Makes clients for the policies' targets, each at its first use.
 * @param env where `${env:NAME}` in a target's settings is looked up
 */
export function openTargets(policies: readonly Policy[], env: Env): Targets {
  let current = policies
  const opened = new Map<string, Opened>()

  function open(place: Place): Opened {
    const key = keyOf(place)
    const entry = opened.get(key) ?? { client: clientOf(place.spec, env), warmth: null }
    opened.set(key, entry)
    return entry
  }

  async function warmUp(place: Place, report: WarmthReport): Promise<void> {
    const id = `${place.system}/${place.spec.name}`
    try {
      const entry = open(place)
      entry.warmth ??= keepWarm(entry.client as TargetClients['postgres'], (problem) => report(id, problem))
      await entry.warmth.first
    } catch (error) {
      if (!(error instanceof NightshiftError)) throw error
      report(id, error)
    }
  }

  async function shut(key: string): Promise<void> {
    const entry = opened.get(key)
    opened.delete(key)
    entry?.warmth?.stop()
    await entry?.client.close()
  }

  return {
    client: <K extends TargetKind>(system: string, name: string, kind: K) => {
      const place = lookUp(current, system, name)
      if (place.spec.kind !== kind) throw misconfigured(place.spec, `is of kind ${place.spec.kind}, not ${kind}`)
      return open(place).client as TargetClients[K]
    },
    warm: async (report) => {
      await Promise.all(
        placesIn(current)
          .filter(({ spec }) => spec.kind === 'postgres')
          .map((place) => warmUp(place, report)),
      )
    },
    replace: async (next) => {
      current = next
      const wanted = new Set(placesIn(next).map(keyOf))
      await Promise.all([...opened.keys()].filter((key) => !wanted.has(key)).map(shut))
    },
    close: async () => {
      await Promise.all([...opened.keys()].map(shut))
    },
  }
}

function lookUp(policies: readonly Policy[], system: string, name: string): Place {
  const found = placesIn(policies).find((place) => place.system === system && place.spec.name === name)
  if (found) return found
  throw new NightshiftError('unknown-target', `${name} is not a registered target of ${system}`, {
    system,
    target: name,
  })
}

function placesIn(policies: readonly Policy[]): Place[] {
  return policies.flatMap(({ system, targets }) => Object.values(targets).map((spec) => ({ system, spec })))
}

/** By content, so that a reload keeps the connections of what did not change. */
function keyOf({ system, spec }: Place): string {
  return JSON.stringify([system, spec.name, spec.kind, spec.settings])
}
