#!/usr/bin/env node
import { text } from 'node:stream/consumers'
import { type Commands, dispatch } from './cli/dispatch.ts'

const commands: Commands = {
  serve: () => import('./cli/serve.ts'),
  migrate: () => import('./cli/migrate.ts'),
  audit: () => import('./cli/audit.ts'),
  incidents: () => import('./cli/incidents.ts'),
  approve: () => import('./cli/approve.ts'),
  run: () => import('./cli/run.ts'),
  'kill-switch': () => import('./cli/kill-switch.ts'),
  demo: () => import('./cli/demo.ts'),
  check: () => import('./cli/check.ts'),
  explain: () => import('./cli/explain.ts'),
  handlers: () => import('./cli/handlers.ts'),
}

process.exitCode = await dispatch(process.argv.slice(2), commands, {
  out: (output) => void process.stdout.write(output),
  err: (output) => void process.stderr.write(output),
  env: process.env,
  cwd: process.cwd(),
  isTty: process.stdout.isTTY === true,
  stdin: () => text(process.stdin),
})
