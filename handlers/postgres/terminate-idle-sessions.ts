import {
  applicationNames,
  defineHandler,
  duration,
  planEnding,
  roleNames,
  runEnding,
  verifyEnding,
  z,
} from 'nightshift'

const params = z
  .strictObject({
    state: z.enum(['idle in transaction', 'idle']).default('idle in transaction'),
    idleFor: duration({ min: '5s', max: '7d' }),
    atMost: z.int().min(1).max(100),
    users: roleNames.optional(),
    exceptApplications: applicationNames.optional(),
  })
  // Pools and LISTENers are idle by design, and nothing in PostgreSQL tells them from a leak: a person must name the roles.
  .refine(({ state, users }) => state !== 'idle' || users !== undefined, {
    path: ['users'],
    message: 'state: idle needs users, the roles whose idle sessions are nobody’s pool and no LISTEN',
  })

const filterOf = ({ state, idleFor, users, exceptApplications }: z.output<typeof params>) => ({
  state,
  longerThan: idleFor,
  users,
  exceptApplications,
})

/**
 * Ends sessions that sit idle, by default inside a transaction, longest first; their open transactions roll back. Outside a
 * transaction only for the roles in `users`, because pools and LISTEN are idle by design. Never ends our own sessions, those
 * of other databases, superusers, replication, background workers, dumps or backups.
 */
export default defineHandler({
  summary: 'End sessions that have been idle, by default in a transaction, for too long',
  target: 'postgres',
  danger: 'disruptive',
  idempotent: true,
  timeout: '30s',
  params,

  plan: ({ params, target }) => planEnding({ target }, filterOf(params), params.atMost),
  run: ({ params, target, signal, log }) => runEnding({ target, signal, log }, filterOf(params), params.atMost),
  verify: ({ params, target }) => verifyEnding({ target }, filterOf(params)),
})
