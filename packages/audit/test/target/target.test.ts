import { afterEach, expect, test } from 'vitest'
import { loadOpenApi } from '@countersign/openapi'
import { readFile } from 'node:fs/promises'
import type { Persona } from '../../src/persona.ts'
import { DOCUMENT, startTarget, type FaultName, type Target } from './index.ts'

const running: Target[] = []

async function start(...faults: FaultName[]): Promise<Target> {
  const target = await startTarget(...faults)
  running.push(target)
  return target
}

afterEach(async () => {
  for (const target of running.splice(0)) await target.close()
})

async function ask(target: Target, line: string, { as, body, fields = {} }: { as?: Persona; body?: unknown; fields?: Record<string, string> } = {}) {
  const [method = '', path = ''] = line.split(' ')
  const credentials = await as?.credentials()
  const response = await fetch(target.url + path, {
    method,
    headers: { ...Object.fromEntries(credentials?.fields ?? []), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...fields },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, fields: response.headers, body: await response.text() }
}

test('the document has no mistakes', async () => {
  const { diagnostics, operations } = await loadOpenApi(DOCUMENT, { read: (path) => readFile(path, 'utf8') })
  expect([diagnostics, operations.length]).toEqual([[], 28])
})

test('without faults everybody gets what the rules say', async () => {
  const target = await start()
  const { alice, bob, olga, sam, kiosk, lena, robot, tess } = target.personas
  const matrix: Record<string, readonly number[]> = {}
  for (const line of [
    'GET /orders',
    'GET /orders/order-alice',
    'GET /orders/order-alice/items',
    'GET /orders/order-alice/items/item-alice',
    'GET /notices',
    'GET /users/me',
    'GET /users/alice',
    'GET /users',
    'GET /admin/reports',
    'GET /scoped',
    'POST /scoped',
    'POST /surveys',
    'GET /tenants/north/settings',
    'GET /partner/stock',
    'GET /partner/prices',
    'GET /public/health',
    'PUT /orders/order-alice',
    'DELETE /notices/notice-alice',
  ]) {
    const answers: number[] = []
    for (const as of [undefined, bob, sam, kiosk, lena, robot, tess, alice, olga])
      answers.push((await ask(target, line, as === undefined ? {} : { as })).status)
    matrix[line] = answers
  }
  // nobody, bob, sam, kiosk, lena, robot, tess, alice, olga
  expect(matrix).toEqual({
    'GET /orders': [401, 200, 200, 401, 401, 200, 403, 200, 200],
    'GET /orders/order-alice': [401, 404, 200, 401, 401, 404, 403, 200, 200],
    'GET /orders/order-alice/items': [401, 404, 200, 401, 401, 404, 403, 200, 200],
    'GET /orders/order-alice/items/item-alice': [401, 404, 200, 401, 401, 404, 403, 200, 200],
    'GET /notices': [401, 200, 200, 401, 401, 200, 403, 200, 200],
    'GET /users/me': [401, 200, 200, 401, 401, 200, 403, 200, 200],
    'GET /users/alice': [401, 404, 404, 401, 401, 404, 403, 200, 404],
    'GET /users': [401, 403, 403, 401, 401, 403, 403, 403, 200],
    'GET /admin/reports': [401, 403, 403, 401, 401, 403, 403, 403, 200],
    'GET /scoped': [401, 200, 403, 401, 401, 200, 403, 200, 200],
    'POST /scoped': [401, 403, 403, 401, 401, 403, 403, 200, 200],
    'POST /surveys': [401, 200, 200, 401, 401, 403, 403, 200, 200],
    'GET /tenants/north/settings': [401, 404, 404, 401, 401, 404, 403, 200, 404],
    'GET /partner/stock': [401, 401, 401, 200, 401, 401, 401, 401, 401],
    'GET /partner/prices': [401, 401, 401, 401, 200, 401, 401, 401, 401],
    'GET /public/health': [200, 200, 200, 200, 200, 200, 200, 200, 200],
    'PUT /orders/order-alice': [401, 404, 404, 401, 401, 404, 403, 422, 422],
    'DELETE /notices/notice-alice': [401, 403, 403, 401, 401, 403, 403, 204, 404],
  })
})

test('what is made and removed again leaves the state as it was, and a foreign order looks like an absent one', async () => {
  const target = await start()
  const { alice, bob } = target.personas
  const before = target.stateHash()
  const made = await ask(target, 'POST /orders', { as: alice, body: { note: 'marker', quantity: 1 } })
  const place = made.fields.get('location') ?? ''
  expect([made.status, target.stateHash() === before]).toEqual([201, false])
  const foreign = await ask(target, `GET ${place}`, { as: bob })
  const absent = await ask(target, 'GET /orders/nothing', { as: bob })
  expect([foreign.status, foreign.body, [...foreign.fields.keys()]]).toEqual([absent.status, absent.body, [...absent.fields.keys()]])
  expect(await ask(target, `DELETE ${place}`, { as: alice })).toMatchObject({ status: 204 })
  expect(target.stateHash()).toBe(before)
})

test('a fault changes one answer', async () => {
  const target = await start('owner-forgotten-on-read')
  expect((await ask(target, 'GET /orders/order-alice', { as: target.personas.bob })).status).toBe(200)
  const unsigned = await start('alg-none')
  const [, claims = ''] = ((await unsigned.personas.olga.credentials())?.value ?? '').split('.')
  const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`
  const forged = await ask(unsigned, 'GET /admin/reports', { fields: { authorization: `Bearer ${token}` } })
  const own = await ask(unsigned, 'GET /users/alice', { as: unsigned.personas.alice })
  expect([forged.status, own.status]).toEqual([200, 200])
})
