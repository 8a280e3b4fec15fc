import { defineHandler } from 'nightshift'
import { act, params, plan, verify } from '../../witness-action.ts'

/** Must not happen twice, and cannot say whether it happened. */
export default defineHandler({
  summary: 'Act once',
  target: 'postgres',
  danger: 'disruptive',
  idempotent: false,
  timeout: '20s',
  params,
  plan,
  run: act,
  verify,
})
