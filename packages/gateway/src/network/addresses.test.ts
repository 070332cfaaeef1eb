import { describe, expect, test } from 'vitest'
import { addressList } from './addresses.ts'

describe('a list of addresses and ranges', () => {
  test.each(['10.0.0.0/', '2001:db8::/', '10.0.0.0/x', '10.0.0.0/33', '10.0.0/8', 'example.com', ''])('refuses %j, which is neither', (range) => {
    expect(() => addressList([range])).toThrow(TypeError)
  })

  test('has an address alone and all of a range', () => {
    const has = addressList(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32'])
    expect(['192.0.2.7', '10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1'].map(has)).toEqual([true, true, true, true])
    expect(['192.0.2.8', '11.0.0.1', '2001:db9::1', 'nobody'].map(has)).toEqual([false, false, false, false])
  })
})
