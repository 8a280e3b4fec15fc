import type { App, BlockAction, ButtonAction, webApi } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import type { Place, Tell } from './answer.ts'
import { ACTIONS, actionNamed, type ButtonValue, readButton } from './button.ts'
import { decideShown, shownBehind } from './decide-shown.ts'
import type { AskCommands, BatchOf, CommandResult, PersonOf } from './decisions.ts'
import { DENY_VIEW, denyModal, readDenial } from './deny-modal.ts'
import type { RefusalSink } from './refusal.ts'

/** How long the Silence button silences, in ms. */
const SILENCE_MS = 3_600_000

export type ListenerDeps = {
  client: webApi.WebClient
  commands: AskCommands
  batchOf: BatchOf
  personOf: PersonOf
  refusals: RefusalSink
  tell: Tell
  log: Log
}

type Click = { person: string; value: ButtonValue; place: Place | null; trigger: string }

/**
 * Registers what buttons and modals do. Each is acknowledged first and decided then, so that Slack never waits for the
 * ledger; whoever clicked is told when it did not count. What counted shows in the message, which everybody sees.
 */
export function addListeners(app: App, deps: ListenerDeps): void {
  const { client, commands, batchOf } = deps
  const via = 'slack'
  for (const name of [ACTIONS.approve, ACTIONS.approveAll]) {
    onClick(app, name, deps, async ({ value, person }) => {
      const shown = await shownBehind(value, batchOf)
      return shown && decideShown(shown, (one) => commands.approve({ ...one, person, via }))
    })
  }
  for (const name of [ACTIONS.deny, ACTIONS.denyAll]) {
    onClick(app, name, deps, async ({ value: { remediation, digest, batch }, place, trigger }) => {
      const denial = { remediation, digest, batch, channel: place?.channel, thread: place?.thread }
      if ((await shownBehind(denial, batchOf)) === null) return null
      await client.views.open({ trigger_id: trigger, view: denyModal(denial) })
      return { ok: true, state: 'asked-why' }
    })
  }
  onClick(app, ACTIONS.acknowledge, deps, async ({ value: { incident }, person }) => {
    return incident == null ? null : commands.acknowledge({ incident, person, via })
  })
  onClick(app, ACTIONS.silence, deps, async ({ value: { incident }, person }) => {
    return incident == null ? null : commands.silence({ incident, person, forMs: SILENCE_MS, via })
  })
  app.view(DENY_VIEW, async ({ ack, body, view }) => {
    await ack()
    const denial = readDenial(view)
    const channel = denial?.channel
    const place = channel === undefined ? null : { channel, user: body.user.id, thread: denial?.thread }
    await answered('deny', body.user.id, place, denial ?? {}, deps, async (person) => {
      const shown = denial && (await shownBehind(denial, batchOf))
      return shown && decideShown(shown, (one) => commands.deny({ ...one, person, reason: denial.reason, via }))
    })
  })
}

function onClick(
  app: App,
  what: string,
  deps: ListenerDeps,
  decide: (click: Click) => Promise<CommandResult | null>,
): void {
  app.action<BlockAction<ButtonAction>>(actionNamed(what), async ({ ack, body, action }) => {
    await ack()
    const value = readButton(action.value)
    const place = placeOf(body)
    const trigger = body.trigger_id
    await answered(what, body.user.id, place, value ?? {}, deps, async (person) =>
      value === null ? null : decide({ person, value, place, trigger }),
    )
  })
}

/** Carries out what a person wants, and tells that person what came of it where the message will not. */
async function answered(
  what: string,
  slackUser: string,
  place: Place | null,
  { remediation, incident }: Pick<ButtonValue, 'remediation' | 'incident'>,
  { personOf, refusals, tell, log }: ListenerDeps,
  decide: (person: string) => Promise<CommandResult | null>,
): Promise<void> {
  const about = { ...(remediation == null ? {} : { remediation }), ...(incident == null ? {} : { incident }) }
  try {
    const person = personOf(slackUser)
    if (person === null) {
      refusals.refused('unknown-person')
      await tell(place, `Not done: nobody in policies/severity.yaml has your Slack member id, ${slackUser}.`)
      await refusals.record({ who: `slack:${slackUser}`, what, why: 'unknown-person', ...about })
      return
    }
    const result = await decide(person)
    if (result === null) {
      refusals.refused('unknown-button')
      await tell(place, 'Not done: this button is not one that this version of Nightshift made.')
      await refusals.record({ who: person, what, why: 'unknown-button', ...about })
    } else await tell(place, toClicker(result))
  } catch (error) {
    log.error({ part: 'slack', what, err: error, ...about }, `a click was not carried out: ${sentence(error)}`)
    await tell(place, `Not done, because of an error on our side (${what}). Try again, or use the API or the CLI.`)
  }
}

/** Empty where the message itself shows what happened. */
function toClicker(result: CommandResult): string {
  if (!result.ok) return `Not done: ${result.message}.`
  return result.state === 'awaiting_approval' ? 'Your yes is on record. It needs the yes of one more person.' : ''
}

function placeOf(body: BlockAction): Place | null {
  const channel = body.channel?.id ?? body.container?.channel_id
  if (typeof channel !== 'string') return null
  const thread = body.container?.thread_ts
  return { channel, user: body.user.id, ...(typeof thread === 'string' ? { thread } : {}) }
}
