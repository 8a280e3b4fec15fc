import type { Db } from './database.ts'

type Bound<F> = F extends (db: Db, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never
/** Statements without their first argument, the connection. */
export type BoundAll<M> = { [K in keyof M]: Bound<M[K]> }

/** Binds statements to one connection: the pool, or a transaction. */
export function bindAll<M extends Readonly<Record<string, unknown>>>(statements: M, db: Db): BoundAll<M> {
  const bound = Object.entries(statements).map(([name, statement]) => [
    name,
    (...rest: unknown[]) => (statement as (db: Db, ...rest: unknown[]) => unknown)(db, ...rest),
  ])
  return Object.fromEntries(bound) as BoundAll<M>
}
