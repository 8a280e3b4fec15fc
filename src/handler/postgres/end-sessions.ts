import type { Json } from '../../domain/policy.ts'
import type { Context, Plan, Verification } from '../define.ts'
import { connectionUse, describeUse, FREE_ENOUGH } from './connections.ts'
import { requireGrants } from './grants.ts'
import { describeCount, describeSession, endSession, findSessions, type SessionFilter } from './sessions.ts'

type Acting = Pick<Context<unknown, 'postgres'>, 'target' | 'signal' | 'log'>
type Looking = Pick<Acting, 'target'>

/**
 * Says which sessions would end, longest first.
 * @throws NightshiftError `target-misconfigured` when our role could not end them: better before the approval than after
 */
export async function planEnding({ target }: Looking, filter: SessionFilter, atMost: number): Promise<Plan> {
  await requireGrants(target, ['pg_read_all_stats', 'pg_signal_backend'])
  const { sessions, total } = await findSessions(target, filter, atMost)
  const which = total > sessions.length ? `the longest ${sessions.length} of ` : ''
  return { summary: `End ${which}${describeCount(total, filter)}`, items: sessions.map(describeSession) }
}

/**
 * Chooses again, and ends the sessions one by one. Twice is safe: the second time there is nothing left to choose.
 * @throws NightshiftError `target-misconfigured` when our role may not end them; the signal's reason when it is aborted
 */
export async function runEnding({ target, signal, log }: Acting, filter: SessionFilter, atMost: number): Promise<Json> {
  await requireGrants(target, ['pg_read_all_stats', 'pg_signal_backend'])
  const { sessions } = await findSessions(target, filter, atMost)
  const terminated: Json[] = []
  const refused: Json[] = []
  let alreadyGone = 0
  for (const session of sessions) {
    signal.throwIfAborted()
    const { pid, user, application, since } = session
    const ending = await endSession(target, filter, session)
    if (ending === 'gone') alreadyGone += 1
    else if (ending === 'stuck') refused.push({ pid, user, application, reason: 'told to end, still there' })
    else terminated.push({ pid, user, application, since })
  }
  log.info('sessions ended', { terminated: terminated.length, alreadyGone, refused: refused.length })
  return { terminated, alreadyGone, refused }
}

/** Recovered means both: nothing is left that matches, and connections are to be had again. */
export async function verifyEnding({ target }: Looking, filter: SessionFilter): Promise<Verification> {
  await requireGrants(target, ['pg_read_all_stats'])
  const { total } = await findSessions(target, filter, 1)
  const use = await connectionUse(target)
  return {
    recovered: total === 0 && use.used < use.usable * FREE_ENOUGH,
    evidence: `${describeCount(total, filter)}; ${describeUse(use)}, wanted below ${FREE_ENOUGH * 100} %`,
  }
}
