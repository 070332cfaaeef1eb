import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

const VALUE = 'correct horse battery staple'
const secret = new Secret(VALUE)

describe('a secret', () => {
  it('reveals its value to the one place that asks for it', () => {
    expect(secret.reveal()).toBe(VALUE)
  })

  it('prints a placeholder as text, as JSON and in the console', () => {
    expect([String(secret), `${secret}`, 'a' + secret, JSON.stringify(secret), inspect(secret), format('%s %o', secret, secret)]).toEqual([
      '[secret]',
      '[secret]',
      'a[secret]',
      '"[secret]"',
      '[secret]',
      '[secret] [secret]',
    ])
  })

  it('prints a placeholder inside of other values', () => {
    const holder = { secret, list: [secret], map: new Map([['key', secret]]) }
    const printed = [JSON.stringify(holder), inspect(holder, { depth: null, showHidden: true }), inspect(new Error('failed', { cause: holder }))]
    for (const text of printed) {
      expect(text).toContain('[secret]')
      expect(text).not.toContain(VALUE)
    }
  })

  it('has no property that holds its value', () => {
    expect(Reflect.ownKeys(secret)).toEqual([])
    expect({ ...secret }).toEqual({})
    expect(Reflect.ownKeys(structuredClone(secret))).toEqual([])
  })
})
