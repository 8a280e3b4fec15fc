import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveStep } from '../../src/domain/decide.ts'
import {
  isPlaceholder,
  placeholdersIn,
  substituteName,
  substituteParams,
  textAround,
} from '../../src/domain/substitute.ts'
import { aPolicy, aStep } from './builders.ts'

describe('placeholders', () => {
  it('are found in any depth, in order', () => {
    expect(
      placeholdersIn({ a: '{{ labels.x }}', b: [{ c: 'db-{{labels.y}}-{{ labels.z }}' }], d: 5, e: null }),
    ).toEqual(['x', 'y', 'z'])
  })

  it.each(['{{ label.x }}', '{{ labels.x-y }}', '{ labels.x }', '{{ labels. }}', '{{ $labels.x }}', '{{ .Labels.x }}'])(
    '%s is none',
    (text) => {
      expect(placeholdersIn(text)).toEqual([])
      expect(isPlaceholder(text)).toBe(false)
    },
  )

  it('fill a whole value or stand in a longer text', () => {
    expect(isPlaceholder('{{ labels.x }}')).toBe(true)
    expect(isPlaceholder(' {{ labels.x }}')).toBe(false)
    expect(isPlaceholder('{{ labels.x }}{{ labels.y }}')).toBe(false)
    expect(textAround('db-{{ labels.x }}.{{ labels.y }}')).toEqual(['db-', '.', ''])
  })
})

describe('substituteName', () => {
  it('puts labels into a name as they are, also those that look like patterns', () => {
    expect(substituteName('db-{{ labels.a }}-{{ labels.b }}', { a: '$&', b: '$1' })).toEqual({ value: 'db-$&-$1' })
  })

  it.each([{}, { a: '' }])('answers that the label is missing for %j, rather than naming "db-"', (labels) => {
    expect(substituteName('db-{{ labels.a }}', labels)).toEqual({ missing: 'a' })
  })

  it('does not take an inherited property for a label', () => {
    expect(substituteName('{{ labels.constructor }}', {})).toEqual({ missing: 'constructor' })
  })
})

describe('substituteParams', () => {
  it('fills whole values in any depth and leaves the rest alone', () => {
    const params = {
      user: '{{ labels.user }}',
      users: ['app', '{{ labels.user }}'],
      set: { a: '{{labels.user}}' },
      n: 5,
    }

    expect(substituteParams(params, { user: 'eve' })).toEqual({
      value: { user: 'eve', users: ['app', 'eve'], set: { a: 'eve' }, n: 5 },
    })
  })

  it('never puts a label into a longer text, nor anything into text without a placeholder', () => {
    const params = { sql: "select '{{ labels.user }}'", plain: 'idle' }

    expect(substituteParams(params, { user: "'; drop", '': 'x', undefined: 'x' })).toEqual({ value: params })
  })

  it('does not fill twice: a label that holds a placeholder stays what it is', () => {
    expect(substituteParams({ a: '{{ labels.x }}' }, { x: '{{ labels.y }}', y: 'z' })).toEqual({
      value: { a: '{{ labels.y }}' },
    })
  })

  it.each([{}, { user: '' }])('answers that the label is missing for %j', (labels) => {
    expect(substituteParams({ users: ['{{ labels.user }}'] }, labels)).toEqual({ missing: 'user' })
  })
})

describe('a label', () => {
  it('can choose a registered target and never become another', () => {
    const policy = aPolicy({ targets: ['db', 'db-a', 'db-b'] })
    const template = fc.constantFrom(
      '{{ labels.x }}',
      'db-{{ labels.x }}',
      'db-{{ labels.x }}{{ labels.y }}',
      'db',
      'none',
    )
    const value = fc.oneof(
      fc.constantFrom('a', 'b', 'db', 'constructor', '__proto__', 'toString', '../db-a', 'db-a\n'),
      fc.string(),
    )
    fc.assert(
      fc.property(template, fc.dictionary(fc.constantFrom('x', 'y'), value), (target, labels) => {
        const resolved = resolveStep(aStep({ target }), policy, labels)
        if ('step' in resolved) expect(['db', 'db-a', 'db-b']).toContain(resolved.step.target)
        else expect(['label-missing', 'unknown-target']).toContain(resolved.reason)
      }),
    )
  })
})
