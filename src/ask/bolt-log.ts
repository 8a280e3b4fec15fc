import { type Logger, LogLevel } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Log } from '../domain/log.ts'

/** Tokens of bots, users and apps, and the addresses that may be posted to for half an hour. */
const SECRETS = /\bx(?:ox[a-z]|app|wfp)[-.][\w.-]+|https:\/\/hooks\.slack\.com\/\S+|wss:\/\/\S+/g

/** A log whose sentences show no token, whatever a library or Slack itself put into them. */
export function withoutTokens(log: Log): Log {
  const clean = (message: string): string => message.replace(SECRETS, '[secret]')
  return {
    debug: (data, message) => log.debug(data, clean(message)),
    info: (data, message) => log.info(data, clean(message)),
    warn: (data, message) => log.warn(data, clean(message)),
    error: (data, message) => log.error(data, clean(message)),
  }
}

/**
 * Bolt's logger, writing to ours. Debug lines are dropped, whatever the level: they quote whole payloads, with the addresses
 * that answers can be posted to.
 */
export function boltLog(log: Log): Logger {
  const line = (parts: unknown[]): string =>
    parts.map((part) => (typeof part === 'string' ? part : sentence(part))).join(' ')
  return {
    debug: () => {},
    info: (...parts) => log.debug({ part: 'slack' }, line(parts)),
    warn: (...parts) => log.warn({ part: 'slack' }, line(parts)),
    error: (...parts) => log.error({ part: 'slack' }, line(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  }
}
