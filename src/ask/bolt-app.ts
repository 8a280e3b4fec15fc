import { createHash } from 'node:crypto'
import { App, type Logger, type Receiver, type webApi } from '@slack/bolt'
import { sentence } from '../domain/errors.ts'
import type { Admission } from './admission.ts'
import type { Standing } from './standing.ts'

export type BoltAppDeps = {
  receiver: Receiver
  botToken: string
  standing: Standing
  clientOptions: webApi.WebClientOptions
  logger: Logger
}

/** Bolt's app for one workspace: it asks nobody who we are, since that is known and may not be known yet. */
export function createBoltApp({ receiver, botToken, standing, clientOptions, logger }: BoltAppDeps): App {
  const app = new App({
    receiver,
    logger,
    clientOptions,
    convoStore: false,
    // Would let a payload bring along the token that it is answered with.
    attachFunctionToken: false,
    authorize: async () => {
      const we = await standing.identity()
      if (we === null) throw new Error('Slack has not said yet who we are')
      return { botToken, botId: we.botId, botUserId: we.botUserId, teamId: we.team }
    },
  })
  // Bolt's own handler throws on, into a receiver that has answered already.
  app.error(async (error) => logger.error(`a listener failed: ${sentence(error)}`))
  return app
}

/** Lets nothing past that `admit` refuses. Not acknowledged, so that Slack shows whoever clicked that it did not work. */
export function guardApp(app: App, admit: Admission): void {
  app.use(async ({ body, next }) => {
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex')
    if ((await admit({ ...body }, hash)) === null) await next()
  })
}

/** Keeps in mind which decisions are under way; returns a wait for their end. */
export function trackApp(app: App): () => Promise<unknown> {
  const underWay = new Set<Promise<void>>()
  app.use(async ({ next }) => {
    const work = next()
    underWay.add(work)
    await work.finally(() => underWay.delete(work))
  })
  return () => Promise.allSettled(underWay)
}
