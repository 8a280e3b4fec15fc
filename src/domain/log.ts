type LogLine = (data: Readonly<Record<string, unknown>>, message: string) => void

/** A structured log, in the shape that pino has: data first, then one sentence. Rooms take it as an argument. */
export type Log = { debug: LogLine; info: LogLine; warn: LogLine; error: LogLine }

/** For callers that have nowhere to write to. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
