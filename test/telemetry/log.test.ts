import { describe, expect, test } from 'vitest'
import { NightshiftError } from '../../src/domain/errors.ts'
import { createLog } from '../../src/telemetry/log.ts'

type Line = Record<string, unknown> & { err?: Record<string, unknown> }

function logUnderTest(level = 'debug') {
  const lines: Line[] = []
  const log = createLog({ level, destination: { write: (line) => lines.push(JSON.parse(line) as Line) } })
  return { log, lines }
}

describe('the log', () => {
  test('is one JSON object a line, with its level in words and the time in ISO 8601', () => {
    const { log, lines } = logUnderTest()
    log.info({ incident: 7, rule: 'pool' }, 'decided')
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        incident: 7,
        rule: 'pool',
        msg: 'decided',
      },
    ])
  })

  test('leaves out what is below its level', () => {
    const { log, lines } = logUnderTest('warn')
    log.info({}, 'chatter')
    log.warn({}, 'trouble')
    expect(lines.map((line) => line.msg)).toEqual(['trouble'])
  })

  test('cannot be made to write a second line by what it is told', () => {
    const written: string[] = []
    const log = createLog({ level: 'info', destination: { write: (line) => written.push(line) } })
    log.info({ label: 'x\n{"level":"info","msg":"forged"}\r\u2028' }, 'evil\nmessage')
    expect(written).toHaveLength(1)
    expect(written[0]?.trimEnd()).not.toMatch(/[\n\r]/)
  })

  test('blots out secrets that stand under a known name', () => {
    const { log, lines } = logUnderTest()
    log.info(
      {
        token: 'hunter2',
        config: { apiToken: 'hunter2', port: 1 },
        request: { headers: { authorization: 'hunter2' } },
      },
      'x',
    )
    expect(JSON.stringify(lines)).not.toContain('hunter2')
    expect(lines[0]).toMatchObject({ token: '[secret]', config: { apiToken: '[secret]', port: 1 } })
  })

  test('tells an error with its code, its data and its causes, and without the password of a URL', () => {
    const { log, lines } = logUnderTest()
    const cause = new Error('cannot connect to postgres://nightshift:hunter2@db:5432/x')
    log.error(
      { err: new NightshiftError('ledger-unavailable', 'the ledger is gone', { host: 'db' }, cause) },
      cause.message,
    )
    const text = JSON.stringify(lines)
    expect(text).not.toContain('hunter2')
    expect(text).toContain('postgres://nightshift:[secret]@db:5432/x')
    expect(lines[0]?.err).toMatchObject({
      code: 'ledger-unavailable',
      message: 'the ledger is gone',
      data: { host: 'db' },
    })
  })

  test('takes errors that hold themselves or a bigint', () => {
    const { log, lines } = logUnderTest()
    const error = Object.assign(new Error('round'), { size: 1n, self: {} })
    error.self = error
    log.error({ err: error }, 'x')
    expect(lines[0]?.err).toMatchObject({ message: 'round' })
  })

  test.each(['text', 7, null, undefined])('takes anything that was thrown, such as %j', (thrown) => {
    const { log, lines } = logUnderTest()
    log.error({ err: thrown }, 'x')
    expect(lines).toHaveLength(1)
  })
})
