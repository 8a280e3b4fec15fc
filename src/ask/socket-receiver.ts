import { type Logger, type Receiver, SocketModeReceiver, type webApi } from '@slack/bolt'
import type { Log } from '../domain/log.ts'
import { whyNoConnection } from './startup.ts'
import { inTime } from './time-limit.ts'

/** First and longest pause before the next try to connect, in ms; it doubles in between. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** Longest wait for Slack to say good-bye, in ms. */
const GOODBYE_MS = 1000

export type SocketReceiver = {
  receiver: Receiver
  /** Connects, and connects again whenever the connection ends, until closed. */
  start: () => void
  /** Why there is no connection now; null when there is one, or none was tried yet. */
  problem: () => string | null
  close: () => Promise<void>
}

export type SocketReceiverDeps = {
  appToken: string
  clientOptions: webApi.WebClientOptions
  logger: Logger
  log: Log
  firstPauseMs?: number
}

/**
 * Socket Mode by Bolt's own receiver, with the reconnecting done here: its own rejects a promise that nobody holds when
 * Slack cannot be reached, which ends the process.
 */
export function createSocketReceiver(deps: SocketReceiverDeps): SocketReceiver {
  const { appToken, clientOptions, logger, log, firstPauseMs = FIRST_PAUSE_MS } = deps
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions },
  })
  const stopping = new AbortController()
  let problem: string | null = null
  let loop: Promise<void> = Promise.resolve()

  const connectOnce = async (): Promise<boolean> => {
    const ended = new Promise<void>((resolve) => receiver.client.once('disconnected', () => resolve()))
    try {
      await receiver.start()
      problem = null
      log.info({ part: 'slack' }, 'connected to Slack in Socket Mode')
      if (stopping.signal.aborted) await receiver.client.disconnect()
      await ended
      return true
    } catch (error) {
      const why = whyNoConnection(error)
      if (why !== problem && !stopping.signal.aborted) log.warn({ part: 'slack' }, why)
      problem = why
      return false
    }
  }
  const keepConnected = async (): Promise<void> => {
    let pause = firstPauseMs
    while (!stopping.signal.aborted) {
      // Slack ends each connection after some hours, on purpose: the next one is made at once.
      if (await connectOnce()) pause = firstPauseMs
      else {
        await untilAborted(pause, stopping.signal)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
    }
  }
  return {
    receiver,
    start: () => {
      loop = keepConnected()
    },
    problem: () => problem,
    close: async () => {
      stopping.abort()
      await inTime(GOODBYE_MS, Promise.all([receiver.client.disconnect(), loop]))
    },
  }
}

function untilAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
