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

const params = z.strictObject({
  longerThan: duration({ min: '10s', max: '1d' }),
  atMost: z.int().min(1).max(100),
  users: roleNames.optional(),
  exceptApplications: applicationNames.optional(),
})

const filterOf = ({ atMost: _, ...filter }: z.output<typeof params>) => ({ state: 'active' as const, ...filter })

/**
 * Ends sessions whose statement has run too long, longest first; their transactions roll back. Never ends our own sessions,
 * those of other databases, superusers, replication, background workers, dumps, backups, schema changes or maintenance.
 */
export default defineHandler({
  summary: 'End the sessions of queries that have run for too long',
  target: 'postgres',
  danger: 'disruptive',
  idempotent: true,
  timeout: '30s',
  params,

  plan: ({ params, target }) => planEnding({ target }, filterOf(params), params.atMost),
  run: ({ params, target, signal, log }) => runEnding({ target, signal, log }, filterOf(params), params.atMost),
  verify: ({ params, target }) => verifyEnding({ target }, filterOf(params)),
})
