import { defineHandler } from 'nightshift'
import { act, params, plan, seenMoments, verify } from '../../witness-action.ts'

/** Must not happen twice, and asks the witness whether it happened; half done is more than it can judge. */
export default defineHandler({
  summary: 'Act once, and tell afterwards whether it happened',
  target: 'postgres',
  danger: 'disruptive',
  idempotent: false,
  timeout: '20s',
  params,
  plan,
  run: act,
  verify,
  async probe(context) {
    const seen = await seenMoments(context)
    const evidence = `the witness saw: ${seen.join(', ') || 'nothing'}`
    if (!seen.includes('started')) return { happened: false, evidence }
    return { happened: seen.includes('ended') ? true : 'unknown', evidence }
  },
})
