import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, type Plan, type Verification, z } from 'nightshift'

/** One episode of an alert: known to the witness by this name, whatever Nightshift makes of it. */
export const params = z.strictObject({ episode: z.string().min(1).max(100) })

type ActionContext = Context<z.output<typeof params>, 'postgres'>

/** The moments of an action that the witness sees. Only what comes after `started` has changed anything. */
export const MOMENTS = ['called', 'started', 'ended'] as const
export type Moment = (typeof MOMENTS)[number]

const LOOK_EVERY_MS = 25

/** There is always something to do: the second time is what the tests are about. */
export async function plan({ params }: ActionContext): Promise<Plan> {
  return { summary: 'acts, before a witness', items: [params.episode] }
}

/** Acts: tells the witness each moment, and stays in it as long as the test holds it. */
export async function act({ params: { episode }, target, signal }: ActionContext): Promise<{ episode: string }> {
  for (const moment of MOMENTS) {
    await target.query('insert into public.happened (episode, moment) values ($1, $2)', [episode, moment])
    const held = () => target.query('select 1 from public.held where episode = $1 and moment = $2', [episode, moment])
    // Each moment lasts a little, so that a kill at random finds one.
    do await sleep(LOOK_EVERY_MS, undefined, { signal })
    while ((await held()).length > 0)
  }
  return { episode }
}

/** It helped when the witness saw its end. */
export async function verify(context: ActionContext): Promise<Verification> {
  const seen = await seenMoments(context)
  return { recovered: seen.includes('ended'), evidence: `the witness saw: ${seen.join(', ') || 'nothing'}` }
}

/** What the witness saw of this episode. */
export async function seenMoments({ params, target }: ActionContext): Promise<Moment[]> {
  const rows = await target.query<{ moment: Moment }>('select moment from public.happened where episode = $1', [
    params.episode,
  ])
  return rows.map(({ moment }) => moment)
}
