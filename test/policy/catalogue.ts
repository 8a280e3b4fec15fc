import { duration, z } from '../../src/handler/index.ts'
import type { Catalogue } from '../../src/policy/read-call.ts'

/** Handlers as far as a policy sees them, one of each kind and danger. */
export const catalogue: Catalogue = new Map([
  [
    'postgres/look',
    {
      danger: 'read-only',
      target: 'postgres',
      params: z.strictObject({ longerThan: duration({ min: '1m' }).optional() }),
    },
  ],
  [
    'postgres/mend',
    {
      danger: 'disruptive',
      target: 'postgres',
      params: z
        .strictObject({
          idleFor: duration({ min: '1m', max: '1d' }),
          atMost: z.int().min(1).max(100),
          users: z.array(z.string()).optional(),
        })
        .refine(({ atMost, users }) => atMost <= 50 || users !== undefined, {
          path: ['users'],
          message: 'more than 50 need users',
        }),
    },
  ],
  ['postgres/erase', { danger: 'destructive', target: 'postgres', params: z.strictObject({}) }],
  // Not strict on purpose: a misspelt parameter must be found all the same.
  ['redis/purge', { danger: 'reversible', target: 'redis', params: z.object({ prefix: z.string().optional() }) }],
])
