import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { queryShape } from '../../src/handler/postgres/query-shape.ts'

describe('the shape of a statement', () => {
  test.each([
    ['select * from users where id = $1', 'select * from users where id = $1'],
    ["select * from users where mail = 'jane@example.org'", 'select * from users where mail = ?'],
    ["select 'it''s jane', 2", 'select ?, ?'],
    ['select "users"."id" from "users" limit 10', 'select "users"."id" from "users" limit ?'],
    ['select 1 as "jane doe"', 'select ? as ?'],
    ['select 1 as "jane""s"', 'select ? as ?'],
    ['select $$jane$$, $t$ja$$ne$t$', 'select ?, ?'],
    ['select t1.a, -5, 1.5e3, .5, 0x1f from t1', 'select t1.a, -?, ?, ?, ? from t1'],
    ["insert into t\n  values ('jane',\n 3)", 'insert into t values (?, ?)'],
    ["/* user=jane */ select 1 -- for jane\n, 'x'", '? select ? ? , ?'],
    ["select E'it\\'s jane'", 'select ?'],
    ['select /* a /* b */ jane */ 1', 'select ?'],
    ["update t set name = 'Jürgen'", 'update ?'],
    ['', ''],
  ])('%j is shown as %j', (query, shape) => {
    expect(queryShape(query)).toBe(shape)
  })

  test('a long one is cut to sixty characters', () => {
    const shape = queryShape(`select ${'column_name, '.repeat(20)} 1`)
    expect(shape).toHaveLength(60)
    expect(shape.endsWith('…')).toBe(true)
  })

  test('no literal shows, whatever is in it, around it, and wherever PostgreSQL cut the text off', () => {
    const SECRET = 'jane'
    const text = fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '$', '\\', '/', '*', '-', '\n', 'E', '1', 'ü') })
    const inside = fc.tuple(text, text).map(([before, after]) => `${before}${SECRET}${after}`)
    const literal = inside.chain((value) =>
      fc.constantFrom(
        `'${value.replaceAll('\\', '').replaceAll("'", "''")}'`,
        `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
        `$tag$${value.replaceAll('$', '')}$tag$`,
        `$$${value.replaceAll('$', '')}$$`,
        `/*${value.replaceAll('*', '').replaceAll('/', '')}*/`,
        `/* a /* b */ ${value.replaceAll('*', '').replaceAll('/', '')} */`,
        `--${value.replaceAll('\n', '')}\n`,
      ),
    )
    const statement = fc.array(literal, { minLength: 1, maxLength: 4 }).map((all) => `select ${all.join(' , ')} from t`)
    fc.assert(
      fc.property(statement, fc.nat(300), (query, cut) => {
        expect(queryShape(query)).not.toContain(SECRET)
        expect(queryShape(query.slice(0, cut))).not.toContain(SECRET)
      }),
      { numRuns: 5000 },
    )
  })
})
