import { describe as group, expect, it } from 'vitest'
import { allOf, anyOf, anyone, assurance, authenticated, describe, fact, open, recent, role, scope, user, type FactResolver } from './requirement.ts'

const resolve: FactResolver = () => ({ holds: true })

/** Calls a builder with arguments that its type refuses, as plain JavaScript can. */
function untyped(builder: (...values: never[]) => unknown, ...values: readonly unknown[]): () => unknown {
  return () => Reflect.apply(builder, undefined, values)
}

group('the builders of requirements', () => {
  it('build plain data', () => {
    expect([open(), anyone(), authenticated(), user()]).toEqual([{ type: 'open' }, { type: 'anyone' }, { type: 'authenticated' }, { type: 'user' }])
    expect(authenticated({ via: ['Bearer'] })).toEqual({ type: 'authenticated', via: ['Bearer'] })
    expect([scope('a', 'b'), role('admin')]).toEqual([
      { type: 'scope', all: ['a', 'b'] },
      { type: 'role', any: ['admin'] },
    ])
    expect([assurance({ acr: ['gold'], maxAge: 0 }), recent({ maxAge: 300 })]).toEqual([
      { type: 'assurance', acr: ['gold'], maxAge: 0 },
      { type: 'assurance', maxAge: 300 },
    ])
    expect(allOf(anyOf(anyone(), role('a')), scope('b'))).toEqual({
      type: 'all',
      of: [
        {
          type: 'any',
          of: [{ type: 'anyone' }, { type: 'role', any: ['a'] }],
        },
        { type: 'scope', all: ['b'] },
      ],
    })
  })

  it('build facts that forbid unless told to conceal, and that JSON writes without the function', () => {
    expect(fact({ name: 'owner', resolve })).toEqual({ type: 'fact', name: 'owner', otherwise: 'forbid', resolve })
    expect(JSON.stringify(fact({ name: 'owner', resolve, otherwise: 'conceal' }))).toBe('{"type":"fact","name":"owner","otherwise":"conceal"}')
  })

  it('refuse an empty list with what would be accepted', () => {
    expect(untyped(role)).toThrow('the list of role() is empty; pass role names')
    expect(untyped(scope)).toThrow('the list of scope() is empty')
    expect(untyped(authenticated, { via: [] })).toThrow('`via` of authenticated() is empty; pass scheme names')
    expect(untyped(assurance, { acr: [] })).toThrow('`acr` of assurance() is empty')
    expect(untyped(allOf)).toThrow('allOf() needs at least one requirement')
    expect(untyped(anyOf)).toThrow('anyOf() needs at least one requirement')
  })

  it('refuse words that could not be written on the wire', () => {
    expect(() => scope('a b')).toThrow('the list of scope() has `a b`')
    expect(() => scope('a"b')).toThrow("the list of scope() has `a'b`")
    expect(() => scope('')).toThrow('has ``')
    expect(() => role('')).toThrow('the list of role() has ``; pass role names')
    expect(() => authenticated({ via: ['Bear er'] })).toThrow('`via` of authenticated() has `Bear er`')
    expect(() => assurance({ acr: ['gold silver'] })).toThrow('`acr` of assurance() has `gold silver`')
    expect(untyped(role, 7)).toThrow('the list of role() has `7`')
  })

  it('refuse an assurance that asks for nothing', () => {
    expect(() => assurance({})).toThrow('assurance() asks for nothing')
  })

  it('refuse an age that is no whole number of seconds', () => {
    for (const maxAge of [-1, 0.5, Number.NaN, Infinity]) expect(() => recent({ maxAge })).toThrow(`option \`maxAge\` is \`${maxAge}\``)
  })

  it('refuse a fact without name or function', () => {
    expect(() => fact({ name: '', resolve })).toThrow('option `name` of fact() is missing')
    expect(untyped(fact, { name: 'owner' })).toThrow('option `resolve` of fact() is missing')
  })

  it('refuse open() inside of a composition', () => {
    expect(() => allOf(open())).toThrow('open() stands alone; inside allOf() use anyone()')
    expect(() => anyOf(role('a'), open())).toThrow('open() stands alone; inside anyOf() use anyone()')
  })
})

group('describe', () => {
  it('writes every kind of requirement in one line', () => {
    const owner = fact({ name: 'owner', resolve, otherwise: 'conceal' })
    expect([open(), anyone(), user(), authenticated()].map(describe)).toEqual(['open', 'anyone', 'user', 'authenticated'])
    expect(describe(authenticated({ via: ['Bearer', 'Basic'] }))).toBe('authenticated(Bearer or Basic)')
    expect(describe(allOf(role('admin', 'root'), assurance({ acr: ['gold'], maxAge: 300 })))).toBe('allOf(role(admin or root), assurance(gold 300 s))')
    expect(describe(anyOf(scope('a', 'b'), owner))).toBe('anyOf(scope(a b), fact(owner, otherwise conceal))')
  })
})
