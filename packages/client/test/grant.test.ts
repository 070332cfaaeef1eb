import { expect, test } from 'vitest'
import { tokenOf } from '../src/oauth/grant.ts'

test.each([
  [undefined, undefined],
  ['', []],
  ['orders:read', ['orders:read']],
  ['orders:read orders:write', ['orders:read', 'orders:write']],
])('the scope %j of an answer is %j', (scope, expected) => {
  expect(tokenOf({ access_token: 'token', token_type: 'bearer', ...(scope === undefined ? {} : { scope }) }).scope).toEqual(expected)
})
