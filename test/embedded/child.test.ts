import { expect, test } from 'vitest'
import { tellingLines } from '../../src/embedded/child.ts'

test.each([
  [
    'initdb: the reason, not the tidying up after it',
    'FATAL:  could not write lock file: No space left on device\nchild process exited with exit code 1\ninitdb: removing contents of data directory',
    'could not write lock file: No space left on device',
  ],
  [
    'a server: its reasons without time and process id',
    '2026-01-01 03:00:00.000 UTC [7] LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\n2026-01-01 03:00:00.001 UTC [7] FATAL:  could not create any TCP/IP sockets\n2026-01-01 03:00:00.002 UTC [7] LOG:  database system is shut down',
    'could not bind IPv4 address "127.0.0.1": Address already in use; could not create any TCP/IP sockets',
  ],
  ['a program that only grumbles: its last line', 'one\ntwo\n', 'two'],
  ['a silent program: nothing', '\n', ''],
])('what is told of the output of %s', (_, output, told) => {
  expect(tellingLines(output)).toBe(told)
})
