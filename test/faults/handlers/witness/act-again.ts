import { defineHandler } from 'nightshift'
import { act, params, plan, verify } from '../../witness-action.ts'

/** May happen any number of times. */
export default defineHandler({
  summary: 'Act, and act again if in doubt',
  target: 'postgres',
  danger: 'reversible',
  idempotent: true,
  timeout: '20s',
  params,
  plan,
  run: act,
  verify,
})
