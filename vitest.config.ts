import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LeftOut } from './test/support/left-out.ts'

const UNIT = ['test/{domain,policy,policies,handler,cli,telemetry,repo}/**/*.test.ts', 'test/config.test.ts']
const E2E = ['test/e2e/**/*.test.ts']
const FAULTS = ['test/faults/**/*.test.ts']
const SERVER = ['./test/support/global-setup.ts']

// Groups run one after the other: the end-to-end and fault suites measure time, and would disturb each other and the rest.
export default defineConfig({
  // What handlers/ import as 'nightshift' must be the same modules that src/ imports by path.
  resolve: { alias: { nightshift: fileURLToPath(new URL('src/handler/index.ts', import.meta.url)) } },
  test: {
    maxWorkers: 2,
    reporters: ['default', new LeftOut()],
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT } },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/**/*.test.ts'],
          exclude: [...UNIT, ...E2E, ...FAULTS],
          globalSetup: SERVER,
          // Not how long anything may take, but when it hangs: a machine with other work on it is slow.
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          globalSetup: SERVER,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: FAULTS,
          globalSetup: SERVER,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
