import type { App } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'
import { harmless } from './answer.ts'
import type { AskCommands, AskReads, PersonOf } from './decisions.ts'
import type { RefusalSink } from './refusal.ts'
import { selfTestQuestion } from './self-test.ts'

export type SlashDeps = {
  reads: AskReads
  commands: Pick<AskCommands, 'setKillSwitch'>
  personOf: PersonOf
  refusals: RefusalSink
  /** What is wrong with the set-up. */
  problems: () => readonly string[]
  log: Log
}

const HELP = [
  '/nightshift status: what runs, what waits, whether the kill switch is on',
  '/nightshift incidents: the open ones',
  '/nightshift explain alertname=… system=…: what would be done about such an alert, and why',
  '/nightshift kill-switch on|off [why]: stop all acting, or let it go on; recording never stops',
  '/nightshift oncall: who is on call',
  '/nightshift self-test: whether buttons reach Nightshift, and who you are to it',
].join('\n')

/** Registers `/nightshift`. Only the person who asks sees the answer, and only people of severity.yaml are answered. */
export function addSlashCommand(app: App, deps: SlashDeps): void {
  app.command('/nightshift', async ({ ack, command, respond }) => {
    await ack()
    const { word, rest } = split(command.text)
    try {
      if (word === 'self-test') {
        await respond({ response_type: 'ephemeral', text: 'Self-test', blocks: selfTestQuestion(deps.problems()) })
        return
      }
      const text = await answerTo(word, rest, command.user_id, deps)
      await respond({ response_type: 'ephemeral', text })
    } catch (error) {
      deps.log.error({ part: 'slack', word, err: error }, `a command was not carried out: ${sentence(error)}`)
      await respond({
        response_type: 'ephemeral',
        text: 'Not done, because of an error on our side. Try again.',
      }).catch(
        // The answer's way is broken, too; the line above is what is left.
        () => {},
      )
    }
  })
}

async function answerTo(word: string, rest: string, slackUser: string, deps: SlashDeps): Promise<string> {
  const { reads, commands, personOf, refusals } = deps
  if (word === '' || word === 'help') return harmless(HELP)
  const person = personOf(slackUser)
  if (person === null) {
    refusals.refused('unknown-person')
    await refusals.record({
      who: `slack:${slackUser}`,
      what: `/nightshift ${word}`.slice(0, 100),
      why: 'unknown-person',
    })
    return harmless(`Not done: nobody in policies/severity.yaml has your Slack member id, ${slackUser}.`)
  }
  if (word === 'status') return harmless(await reads.status())
  if (word === 'incidents') return harmless(await reads.incidents())
  if (word === 'oncall') return harmless(await reads.oncall())
  if (word === 'explain') return fenced(await reads.explain(rest))
  const setting = word === 'kill-switch' ? /^(on|off)\b\s*(.*)$/s.exec(rest) : null
  if (setting === null) return harmless(`I do not know "${word} ${rest}".\n${HELP}`)
  const on = setting[1] === 'on'
  const reason = (setting[2] || 'by /nightshift').slice(0, 1000)
  const result = await commands.setKillSwitch({ on, person, reason, via: 'slack' })
  if (!result.ok) return harmless(`Not done: ${result.message}.`)
  return on
    ? 'The kill switch is on: nothing acts until it is off again.'
    : 'The kill switch is off: Nightshift acts again.'
}

function split(text: string): { word: string; rest: string } {
  // Phones and Macs turn quotes into curly ones while they are typed; labels have none of those.
  const typed = text.replace(/[“”„]/g, '"').replace(/[‘’]/g, "'").trim()
  const at = typed.search(/\s/)
  return at < 0 ? { word: typed, rest: '' } : { word: typed.slice(0, at), rest: typed.slice(at).trim() }
}

function fenced(text: string): string {
  return `\`\`\`${harmless(text.replaceAll('`', "'"))}\`\`\``
}
