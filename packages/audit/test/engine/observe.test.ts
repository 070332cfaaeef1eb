import { expect, test } from 'vitest'
import type { Exchange, FieldLines } from '../../src/exchange.ts'
import { classify } from '../../src/observe/classify.ts'
import { causeOf } from '../../src/observe/fingerprint.ts'
import { createKnowledge, type Knowledge } from '../../src/observe/knowledge.ts'
import type { AuditOperation } from '../../src/operation.ts'

function operation(path: string, method = 'GET'): AuditOperation {
  const place = { file: 'api.yaml', line: 1, column: 1 }
  return {
    key: `${method} ${path}`,
    method,
    path,
    tags: [],
    requirement: { type: 'authenticated' },
    declared: true,
    parameters: [],
    content: undefined,
    answers: [],
    place,
  }
}

function answer(status: number, body: unknown = '', fields: FieldLines = [['Content-Type', 'application/json; charset=utf-8']]): Exchange {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { request: { method: 'GET', target: '/', fields: [] }, persona: 'bob', duration: 1, response: { status, fields, body: text, truncated: false } }
}

const ORDERS = operation('/orders')
const USERS = operation('/users')

/** An API that says with 200 that it lets nobody in, as a Node training API does. */
function soft(): Knowledge {
  const knowledge = createKnowledge()
  knowledge.learnGranted(ORDERS, answer(200, { orders: [], total: 0 }))
  knowledge.learnRefused(ORDERS, { anonymous: answer(200, { status: 401, message: 'no token' }), nonsense: answer(200, { status: 401, message: 'bad token' }) })
  return knowledge
}

test('by status alone, whatever the API (auditing.md 4.2)', () => {
  const knowledge = createKnowledge()
  const seen = [200, 204, 304, 400, 401, 403, 404, 405, 407, 409, 410, 413, 415, 422, 429, 431, 500, 501, 502, 503].map((status) => [
    status,
    classify(answer(status), ORDERS, knowledge).class,
  ])
  expect(Object.fromEntries(seen)).toEqual({
    200: 'granted',
    204: 'granted',
    304: 'granted',
    400: 'invalid',
    401: 'denied-auth',
    403: 'denied-authz',
    404: 'hidden',
    405: 'unknown',
    407: 'denied-auth',
    409: 'invalid',
    410: 'hidden',
    413: 'invalid',
    415: 'invalid',
    422: 'invalid',
    429: 'limited',
    431: 'invalid',
    500: 'broken',
    501: 'broken',
    502: 'broken',
    503: 'limited',
  })
})

test('a denial as 200 is known by its form, on every operation, and data are data (4.2)', () => {
  const knowledge = soft()
  expect(classify(answer(200, { message: 'not admin', status: 403 }), USERS, knowledge)).toMatchObject({ class: 'soft-denied', by: 'fingerprint' })
  expect(classify(answer(200, { orders: [{ id: 1 }], total: 1 }), ORDERS, knowledge)).toMatchObject({ class: 'granted' })
})

test('words in data are no denial: the form decides, not English (1.2, Akto)', () => {
  const knowledge = soft()
  knowledge.learnGranted(USERS, answer(200, { status: 401, message: 'unauthorized' }))
  // On this operation the form of the denial is what is granted.
  expect(classify(answer(200, { status: 1, message: 'invalid' }), USERS, knowledge)).toMatchObject({ class: 'granted', by: 'fingerprint' })
  expect(classify(answer(200, { error: 'invalid token' }), ORDERS, createKnowledge())).toMatchObject({ class: 'granted', by: 'status' })
})

test('less of the data is no denial, and neither is the same form (6.3 AUTH-OPEN-PARTIAL)', () => {
  const knowledge = createKnowledge()
  knowledge.learnGranted(ORDERS, answer(200, { id: 1, name: 'a', secret: 'b' }))
  knowledge.learnRefused(ORDERS, { anonymous: answer(200, { id: 1, name: 'a' }), nonsense: answer(200, { id: 1, name: 'a' }) })
  expect(classify(answer(200, { id: 1, name: 'a' }), ORDERS, knowledge).class).toBe('granted')
  // What nobody and a bad token are answered differently is not one refusal.
  knowledge.learnRefused(ORDERS, { anonymous: answer(200, { error: 'x' }), nonsense: answer(200, { fault: 'x' }) })
  expect(classify(answer(200, { error: 'x' }), ORDERS, knowledge).class).toBe('granted')
})

test('the form of a refusal that two different operations share is one, whatever its members are called', () => {
  const knowledge = createKnowledge()
  const refused = { anonymous: answer(200, { id: 0 }), nonsense: answer(200, { id: 0 }) }
  knowledge.learnGranted(ORDERS, answer(200, { id: 1, total: 2 }))
  knowledge.learnRefused(ORDERS, refused)
  expect(classify(answer(200, { id: 0 }), ORDERS, knowledge).class).toBe('granted')
  knowledge.learnGranted(USERS, answer(200, { id: 1, name: 'a' }))
  knowledge.learnRefused(USERS, refused)
  expect(classify(answer(200, { id: 0 }), ORDERS, knowledge).class).toBe('soft-denied')
})

test('an empty list for somebody else is granted: it has nothing of a message', () => {
  const knowledge = createKnowledge()
  knowledge.learnGranted(ORDERS, answer(200, [{ id: 1 }]))
  knowledge.learnRefused(ORDERS, { anonymous: answer(200, []), nonsense: answer(200, []) })
  expect(classify(answer(200, []), ORDERS, knowledge).class).toBe('granted')
})

test('redirects to a login, login pages, and a page for whatever is not there (4.2, 302)', () => {
  const page: FieldLines = [['Content-Type', 'text/html']]
  const knowledge = createKnowledge()
  knowledge.learnGranted(ORDERS, answer(200, { orders: [] }))
  knowledge.learnAbsent(answer(200, '<!doctype html><title>Shop</title>', page))
  expect([
    classify(answer(302, '', [['Location', '/auth/login?next=%2F']]), ORDERS, knowledge).class,
    classify(answer(302, '', [['Location', '/orders/2']]), ORDERS, knowledge).class,
    classify(answer(200, '<html><title>Hello</title><input name="p" type="password">', page), ORDERS, knowledge).class,
    classify(answer(200, '<!doctype html><title>Shop</title>', page), ORDERS, knowledge).class,
    classify(answer(200, '', page), operation('/orders', 'HEAD'), knowledge).class,
  ]).toEqual(['redirect-login', 'unknown', 'redirect-login', 'hidden', 'granted'])
})

test('no answer is broken (4.6)', () => {
  const { request, persona, duration } = answer(200)
  expect(classify({ request, persona, duration, failure: 'reset', detail: 'socket hang up' }, ORDERS, createKnowledge()).class).toBe('broken')
})

test('refusals of one guard have one cause, whatever id, number and length they have (4.9, 4.10)', () => {
  const problem: FieldLines = [['Content-Type', 'application/problem+json']]
  const one = answer(403, { type: 'urn:x:role', title: 'No', status: 403, decision_id: 'a' }, problem)
  const two = answer(403, { type: 'urn:x:role', title: 'No, not you', status: 403, decision_id: 'bbbbbbbb' }, problem)
  const other = answer(403, { type: 'urn:x:scope', title: 'No', status: 403, decision_id: 'a' }, problem)
  const cause = ({ response }: Exchange): string => (response === undefined ? '' : causeOf(response))
  expect([cause(one) === cause(two), cause(one) === cause(other), cause(answer(404, 'No route 12', [])) === cause(answer(404, 'No route 7', []))]).toEqual([
    true,
    false,
    true,
  ])
})

test('content that nobody can read is answered with 200 by some; that form is no grant', () => {
  const knowledge = createKnowledge()
  knowledge.learnGranted(ORDERS, answer(200, { orders: [] }))
  knowledge.learnInvalid(answer(200, { errors: [{ path: 'a' }] }))
  expect(classify(answer(200, { errors: [{ path: 'b' }] }), ORDERS, knowledge)).toMatchObject({ class: 'invalid', by: 'fingerprint' })
})
