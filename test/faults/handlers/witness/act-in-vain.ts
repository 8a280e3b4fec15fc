import { defineHandler } from 'nightshift'
import { act, params, plan } from '../../witness-action.ts'

/** Acts, and it never helps: what follows is a decision, like the one before. */
export default defineHandler({
  summary: 'Act in vain',
  target: 'postgres',
  danger: 'reversible',
  idempotent: true,
  timeout: '20s',
  params,
  plan,
  run: act,
  async verify() {
    return { recovered: false, evidence: 'it is no better' }
  },
})
