import { describe, expect, test } from 'vitest'
import type { FieldLines } from '../../src/exchange.ts'
import { createRedactor } from '../../src/report/redact.ts'
import { exchange, KEY, SECRETS, TOKEN } from './sample.ts'

const { exchange: redact, text } = createRedactor({ secrets: SECRETS, fullBodies: true })

function fieldsOf(lines: FieldLines): FieldLines {
  return redact(exchange('alice', lines, '')).request.fields
}

const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'

describe('fields', () => {
  test.each<[string, string, string]>([
    ['Authorization', `Bearer ${TOKEN}`, 'Bearer [secret of alice]'],
    ['authorization', `Basic ${Buffer.from('lena:correct horse').toString('base64')}`, 'Basic [secret of lena]'],
    ['Authorization', 'Bearer someone-elses', 'Bearer [redacted]'],
    ['Authorization', 'justasecret', '[redacted]'],
    ['Proxy-Authorization', 'Basic eHg6eXk=', 'Basic [redacted]'],
    ['X-API-Key', KEY, '[secret of kiosk]'],
    ['X-Auth-Token', 'abc', '[redacted]'],
    ['X-Whatever', KEY, '[secret of kiosk]'],
    ['X-Whatever', JWT, '[redacted]'],
    ['DPoP', 'aaa.bbb.ccc', '[redacted]'],
    ['Cookie', `sid=abc; theme=dark; t=${TOKEN}`, 'sid=[redacted]; theme=[redacted]; t=[secret of alice]'],
    ['Set-Cookie', 'sid=abc; Path=/; HttpOnly; Max-Age=5', 'sid=[redacted]; Path=/; HttpOnly; Max-Age=5'],
    ['Set-Cookie', 'sid=; Max-Age=0', 'sid=; Max-Age=0'],
    ['Location', '/done?code=abc&state=1', '/done?code=[redacted]&state=1'],
    ['WWW-Authenticate', 'Bearer realm="orders", error="invalid_token"', 'Bearer realm="orders", error="invalid_token"'],
    ['Access-Control-Allow-Headers', 'Authorization, X-API-Key', 'Authorization, X-API-Key'],
    ['Author', 'alice', 'alice'],
    ['Content-Type', 'application/json', 'application/json'],
  ])('%s: %s', (name, value, expected) => {
    expect(fieldsOf([[name, value]])).toEqual([[name, expected]])
  })
})

describe('targets', () => {
  test.each([
    [`/a?api_key=${KEY}&page=2`, '/a?api_key=[secret of kiosk]&page=2'],
    ['/a?access_token=abc&page=2', '/a?access_token=[redacted]&page=2'],
    ['/a?page=2;sid=abc', '/a?page=2;sid=[redacted]'],
    ['/a?access%5Ftoken=abc', '/a?access%5Ftoken=[redacted]'],
    [`/a/${encodeURIComponent('correct horse')}`, '/a/[secret of lena]'],
    [`/reset/${JWT}`, '/reset/[redacted]'],
    ['/a?%zz=1', '/a?%zz=1'],
  ])('%s', (target, expected) => {
    expect(redact(exchange('alice', [], '', { target })).request.target).toBe(expected)
  })
})

describe('contents', () => {
  test.each([
    ['{"access_token":"abc","token_type":"Bearer","expires_in":5}', '{"access_token":"[redacted]","token_type":"Bearer","expires_in":5}'],
    ['{"a":{"password" : "a\\"b","name":"x"}}', '{"a":{"password" : "[redacted]","name":"x"}}'],
    ['{"refreshToken":"abc', '{"refreshToken":"[redacted]'],
    [`echo ${JSON.stringify(TOKEN)}`, 'echo "[secret of alice]"'],
    [`<p>Bearer abcdef0123456789</p> ${JWT}`, '<p>Bearer [redacted]</p> [redacted]'],
    ['Bearer authentication is needed', 'Bearer authentication is needed'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '[redacted]'],
    ['AKIAABCDEFGHIJKLMNOP', '[redacted]'],
    ['{"message":"the token is not valid"}', '{"message":"the token is not valid"}'],
  ])('%s', (body, expected) => {
    expect(redact(exchange('alice', [], body)).response?.body).toBe(expected)
  })

  test('what was sent: a form and JSON', () => {
    const sent = (body: string) => redact(exchange('alice', [], '', { sent: body })).request.body
    expect([sent('name=lena&password=correct+horse'), sent('{"name":"lena","password":"correct horse"}'), sent('name=x&password=y')]).toEqual([
      'name=lena&password=[secret of lena]',
      '{"name":"lena","password":"[secret of lena]"}',
      'name=x&password=[redacted]',
    ])
  })

  test('what is long is cut', () => {
    expect(redact(exchange('alice', [], 'x'.repeat(9000))).response?.body).toBe(`${'x'.repeat(8192)}… and 808 more characters`)
  })

  test('without being asked for, contents that were granted have their values as kinds and lengths, and markers stay', () => {
    const { exchange: careful } = createRedactor({ secrets: SECRETS })
    const body = JSON.stringify({
      name: 'Alice Example',
      age: 41,
      note: 'x aaaaaaaaaaaaaaaaaaaaaaaa',
      tags: ['a', 'b', 'c', 'd', 'e', 'f'],
      key: KEY,
      ok: true,
      none: null,
    })
    expect(JSON.parse(careful(exchange('alice', [], body)).response?.body ?? '')).toEqual({
      name: '‹text of 13›',
      age: '‹number›',
      note: 'x aaaaaaaaaaaaaaaaaaaaaaaa',
      tags: ['‹text of 1›', '‹text of 1›', '‹text of 1›', '‹text of 1›', '‹text of 1›', '‹1 more›'],
      key: '[secret of kiosk]',
      ok: true,
      none: null,
    })
    expect(careful(exchange('alice', [], '<p>Alice</p>')).response?.body).toBe('‹12 characters that are no JSON›')
    expect(careful(exchange('alice', [], '{"title":"Forbidden"}', { status: 403 })).response?.body).toBe('{"title":"Forbidden"}')
  })
})

test('messages, and secrets that are too short to be told from other text', () => {
  expect(text(`the token ${TOKEN} was refused`)).toBe('the token [secret of alice] was refused')
  expect(createRedactor({ secrets: [['x', 'a']] }).text('banana')).toBe('banana')
})
