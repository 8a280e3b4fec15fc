import { readFileSync } from 'node:fs'
import { startApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../telemetry/log.ts'
import { type Command, FINE, readArgs } from './command.ts'
import { settingsHelp } from './settings-help.ts'
import { untilTold } from './until-told.ts'

export const command: Command = {
  name: 'serve',
  summary: 'Run the service: take webhooks, decide, act, verify',
  usage: `nightshift serve

  SIGHUP reloads the policies, SIGTERM ends in order: what comes in is answered, runs under way get 10 s to end, the rest is
  handed back. Everything is set in the environment; NAME_FILE reads a value from a file:

${settingsHelp()}`,
  run: async (args, { env }) => {
    readArgs(args, {})
    const config = readConfig(env, (path) => readFileSync(path, 'utf8'))
    const log = createLog({ level: config.logLevel })
    for (const name of config.unused) log.warn({ name }, 'is set, and nothing reads it yet')
    // Registered before anything is started: a signal during the start must not leave half of it behind.
    const told = untilTold()
    const app = await startApp(config, env, log)
    log.info({ signal: await told }, 'stopping')
    await app.stop()
    log.info('stopped')
    return FINE
  },
}
