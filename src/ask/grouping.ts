/** More incidents of one rule than this within the time of GROUP_WITHIN_MS share one message. */
export const ONE_BY_ONE = 5
export const GROUP_WITHIN_MS = 60_000
/** Most incidents of one message: its list is read by a person. */
const GROUP_SIZE = 500

type Kind = { system: string | null; rule: string | null }
export type Untold = Kind & { incident: number }
export type Recent = Kind & { id: number; grouped: boolean; stories: number }
/** What to do with untold incidents: join a message, or make one. */
export type Placement =
  | { join: number; incidents: number[] }
  | (Kind & { join: null; grouped: boolean; incidents: number[] })

/**
 * Shares incidents out over messages: one each, until a storm of one rule would bury the channel; then one for all that come
 * within a minute. Pure.
 * @param recent messages made within GROUP_WITHIN_MS
 */
export function placeIncidents(untold: readonly Untold[], recent: readonly Recent[]): Placement[] {
  return [...byKind(untold)].flatMap(([kind, incidents]): Placement[] => {
    const before = recent.filter((message) => kindOf(message) === kind)
    const group = before.findLast((message) => message.grouped && message.stories + incidents.length <= GROUP_SIZE)
    const numbers = incidents.map(({ incident }) => incident)
    if (group) return [{ join: group.id, incidents: numbers }]
    const [first] = incidents
    if (first === undefined) return []
    const { system, rule } = first
    if (before.length + incidents.length > ONE_BY_ONE)
      return [{ join: null, system, rule, grouped: true, incidents: numbers }]
    return numbers.map((incident) => ({ join: null, system, rule, grouped: false, incidents: [incident] }))
  })
}

function byKind(untold: readonly Untold[]): Map<string, Untold[]> {
  const kinds = new Map<string, Untold[]>()
  for (const one of untold) kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), one])
  return kinds
}

/** Unmatched alerts are grouped among themselves. */
function kindOf({ system, rule }: Kind): string {
  return JSON.stringify([system, rule])
}
