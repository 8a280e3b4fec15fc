import { type DestinationStream, type Logger, pino } from 'pino'

export type LogOptions = {
  /** trace, debug, info, warn, error, fatal or silent. */
  level: string
  /** Where lines go; standard output when absent. */
  destination?: DestinationStream
}

const SECRET_KEYS = [
  'token',
  'password',
  'secret',
  'authorization',
  'cookie',
  'apiToken',
  'webhookToken',
  'signingSecret',
]

/** The log: one JSON object per line, times in ISO 8601. Secrets that stand under a known key, or in a URL, are blotted out. */
export function createLog({ level, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[secret]' },
      serializers: { err: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: withoutPasswords },
    },
    destination ?? pino.destination(1),
  )
}

// Clients put the address that they could not reach into their messages, and the address may hold a password.
function withoutPasswords(line: string): string {
  return line.replace(/(\w:\/\/[^:/@\s"]*):[^@/\s"]+@/g, '$1:[secret]@')
}
