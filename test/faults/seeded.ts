import { onTestFailed } from 'vitest'

/** Choices that look random and can be made again. */
export type Seeded = {
  /** From `from` up to, not including, `to`. */
  between: (from: number, to: number) => number
  pick: <T>(from: readonly T[]) => T
  shuffle: <T>(all: readonly T[]) => T[]
  /** Choices of their own, for work beside this: who asks first must not change what the other gets. */
  branch: () => Seeded
}

/** Seeds the choices of one test from FAULT_SEED, or anew; a test that fails tells its seed. */
export function seedChoices(): Seeded {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31))
  onTestFailed(() => console.error(`FAULT_SEED=${seed} makes the same choices again, though not at the same instants`))
  return choicesFrom(seed)
}

function choicesFrom(seed: number): Seeded {
  let state = seed
  // Mulberry32: small, and even enough for tests.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    between: (from, to) => from + next() * (to - from),
    pick: <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T,
    shuffle: (all) =>
      all
        .map((one) => ({ one, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one),
    branch: () => choicesFrom(Math.floor(next() * 2 ** 31)),
  }
}
