import { NightshiftError } from '../domain/errors.ts'
import { setKillSwitch } from '../flow/command.ts'
import { type Command, FINE, readArgs } from './command.ts'
import { answer, personOf, withFlow } from './with-flow.ts'

export const command: Command = {
  name: 'kill-switch',
  summary: 'Stop all acting, or allow it again; recording and paging go on',
  usage: `nightshift kill-switch [on|off] [--reason TEXT] [--by NAME] [--json]

  Without on or off: how it stands, who set it, when and why.`,
  run: async (args, io) => {
    const { values, positionals } = readArgs(args, {
      by: { type: 'string' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
    })
    const [wanted, ...rest] = positionals
    if (rest.length > 0 || (wanted !== undefined && wanted !== 'on' && wanted !== 'off'))
      throw new NightshiftError('usage', 'on or off')
    return withFlow(io, async ({ deps }) => {
      if (wanted !== undefined)
        return answer(
          io,
          await setKillSwitch(deps, wanted === 'on', personOf(values.by), values.reason ?? ''),
          values.json,
        )
      const { on, by, reason, at } = await deps.ledger.readKillSwitch()
      io.out(
        values.json
          ? `${JSON.stringify({ on, by, reason, at })}\n`
          : `${on ? 'on' : 'off'}, set by ${by} at ${at.toISOString()}: ${reason}\n`,
      )
      return FINE
    })
  },
}
