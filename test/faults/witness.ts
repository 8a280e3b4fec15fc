import { openDatabase } from '../../src/ledger/database.ts'
import { createDatabase } from '../support/postgres.ts'
import type { Moment } from './witness-action.ts'

/**
 * Counts what really happened at the target: a database of its own, which knows nothing of Nightshift's ledger, incidents or
 * runs. Each action writes its moments there, and the test can hold it in one of them.
 */
export type Witness = {
  url: string
  /** How often each moment of an episode was seen. */
  seen: (episode: string) => Promise<Record<Moment, number>>
  /** Every action of this episode stays in this moment until it is let go. */
  hold: (episode: string, moment: Moment) => Promise<void>
  letGo: (episode: string) => Promise<void>
  /** Episodes whose action started more than once. */
  startedTwice: () => Promise<string[]>
  remove: () => Promise<void>
}

/** Sets a witness up, on the run's server. */
export async function openWitness(): Promise<Witness> {
  const { url, drop } = await createDatabase()
  const db = openDatabase(url, 2)
  await db.query('create table happened (id bigint generated always as identity, episode text, moment text)')
  await db.query('create index on happened (episode)')
  await db.query('create table held (episode text, moment text)')
  return {
    url,
    seen: async (episode) => {
      const { rows } = await db.query<{ moment: Moment; n: number }>(
        'select moment, count(*)::int as n from happened where episode = $1 group by moment',
        [episode],
      )
      return { called: 0, started: 0, ended: 0, ...Object.fromEntries(rows.map(({ moment, n }) => [moment, n])) }
    },
    hold: async (episode, moment) => void (await db.query('insert into held values ($1, $2)', [episode, moment])),
    letGo: async (episode) => void (await db.query('delete from held where episode = $1', [episode])),
    startedTwice: async () => {
      const { rows } = await db.query<{ episode: string }>(
        "select episode from happened where moment = 'started' group by episode having count(*) > 1",
      )
      return rows.map(({ episode }) => episode)
    },
    remove: async () => {
      await db.close()
      await drop()
    },
  }
}
