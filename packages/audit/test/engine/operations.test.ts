import { readFile } from 'node:fs/promises'
import { loadOpenApi } from '@countersign/openapi'
import { expect, test } from 'vitest'
import { forbiddenByDefault, isNamed } from '../../src/never-touch.ts'
import { auditOperations } from '../../src/operations.ts'
import { documentFile } from './api.ts'

function why(line: string, more: { id?: string; tags?: readonly string[] } = {}): string | undefined {
  const [method = '', path = ''] = line.split(' ')
  return forbiddenByDefault({ method, path, tags: [], ...more })
}

test('what ends, pays, writes, stops, deletes and calls is not sent', () => {
  const lines = [
    'POST /logout',
    'GET /auth/log-out',
    'GET /users/sign_out',
    'PUT /users/{id}/password',
    'POST /orders/{id}/payments',
    'POST /checkout',
    'POST /messages/sendEmail',
    'POST /v1/sms',
    'POST /admin/shutdown',
    'GET /admin/restart',
    'DELETE /me',
    'DELETE /accounts/{id}',
    'POST /account/deactivate',
    'POST /webhooks/{id}/test',
    'GET /jobs/trigger',
  ]
  expect(lines.filter((line) => why(line) === undefined)).toEqual([])
  expect([why('POST /do', { id: 'resetPassword' }), why('POST /do', { tags: ['Payments'] }), why('POST /users/sendMail')]).toEqual([
    '`password`: it is about passwords',
    '`payments`: it may move money',
    '`mail`: it may write to people',
  ])
})

test('reading about such things, and words that only contain them, are no harm', () => {
  const lines = [
    'GET /payments',
    'GET /invoices/{id}',
    'GET /webhooks',
    'POST /orders',
    'PUT /logouts-report',
    'GET /drops',
    'DELETE /orders/{id}',
    'DELETE /users/{id}',
    'POST /repayment-plans/{payment}',
  ]
  expect(lines.filter((line) => why(line) !== undefined)).toEqual([])
})

test('a list names operations by method and path, by path, by pattern or by id', () => {
  const operation = { method: 'PUT', path: '/billing/cards/{id}', id: 'putCard' }
  const named = ['PUT /billing/cards/{id}', '/billing/cards/{id}', '* /billing/*', 'PUT *', 'putCard']
  const others = ['POST /billing/cards/{id}', '/billing', 'GET *', 'putcard', '/billing/cards/{id}/x', '']
  expect([named.filter((line) => !isNamed([line], operation)), others.filter((line) => isNamed([line], operation))]).toEqual([[], []])
})

test('the document and the configuration have a say, and a mark that nobody knows is taken for `never`', async () => {
  const operation = (mark?: string) => ({ security: [], responses: {}, ...(mark === undefined ? {} : { 'x-countersign-audit': mark }) })
  const file = await documentFile({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    servers: [{ url: 'https://orders.example/v1' }],
    paths: {
      '/logout': { post: operation('allow') },
      '/a': { get: operation('never') },
      '/b': { get: operation('nevr') },
      '/c': { get: operation() },
      '/d': { get: operation() },
    },
  })
  const document = await loadOpenApi(file, { read: (path) => readFile(path, 'utf8') })
  const said = (target: string) => auditOperations(document, { target, neverTouch: ['GET /d'] }).map(({ key, neverTouch }) => [key, neverTouch])
  expect(said('http://127.0.0.1:3000')).toEqual([
    ['POST /v1/logout', undefined],
    ['GET /v1/a', 'the document says so'],
    ['GET /v1/b', '`x-countersign-audit` is neither `never` nor `allow`'],
    ['GET /v1/c', undefined],
    ['GET /v1/d', 'the configuration says so'],
  ])
  expect(said('http://127.0.0.1:3000/api/').map(([key]) => key)).toEqual(['POST /api/logout', 'GET /api/a', 'GET /api/b', 'GET /api/c', 'GET /api/d'])
})
