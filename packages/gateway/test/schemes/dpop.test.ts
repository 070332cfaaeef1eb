import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest, type RawResponse } from '../../../../conformance/raw-http.ts'
import { boundToken, proof } from '../../../../conformance/fixtures/dpop.ts'
import { AUDIENCE, createWorld, token, type World } from '../../../../conformance/fixtures/world.ts'
import { run, type Running } from './running.ts'

const SECRET = 'a secret of nonces that nobody may see'
const ACTOR = { subject: 'test', via: 'cli' }

let world: World
let running: Running

beforeAll(async () => {
  world = await createWorld()
  const sections = `schemes:
  bearer: { issuers: [{ issuer: '${world.issuer.issuer}', audience: '${AUDIENCE}' }] }
  dpop: { nonce: { secretFile: ./nonce, lifetime: 1d } }
network: { trustedProxies: [127.0.0.1] }
identity: { assertion: { audience: orders } }`
  const routes = [
    `{ path: '/orders/{id}' }`,
    `{ path: '/admin/{id}', roles: [admin] }`,
    `{ path: '/bound/{id}', bound: true }`,
    `{ path: '/proof/{id}', schemes: [dpop] }`,
  ]
  running = await run({ sections, routes, hosts: '[api.example]', prepare: (folder) => writeFile(`${folder}/nonce`, `${SECRET}\n`) })
})

afterAll(async () => {
  await running.close()
  await world.close()
})

function ask(path: string, headers: readonly (readonly [string, string])[]): Promise<RawResponse> {
  return rawRequest(running.port, { method: 'GET', path, headers: [['Host', 'api.example'], ...headers] })
}

const valuesOf = ({ headerLines }: RawResponse, name: string): readonly string[] =>
  headerLines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)

/** The nonce of so many days ago, made without the gateway's help. */
function nonceOf(ago: number): string {
  const slot = Math.floor(Date.now() / 86_400_000) - ago
  return createHmac('sha256', SECRET).update(`countersign DPoP nonce 1\n86400\n${slot}`).digest('base64url')
}

async function prove(
  path: string,
  { claims = {}, nonce = nonceOf(0) }: { claims?: Readonly<Record<string, unknown>>; nonce?: string } = {},
): Promise<RawResponse> {
  const text = await boundToken(world, claims)
  return ask(path, [
    ['Authorization', `DPoP ${text}`],
    ['DPoP', await proof(text, { path, claims: { nonce } })],
  ])
}

describe('tokens with a proof at the gateway', () => {
  test('the origin is that of `hosts`, and nothing of the credential reaches the service', async () => {
    expect((await prove('/orders/1')).status).toBe(200)
    const { authorization, dpop, ...arrived } = running.arrived()
    expect([authorization, dpop]).toEqual([undefined, undefined])
    expect(arrived).toMatchObject({ 'x-countersign-subject': 'olga', 'x-countersign-scheme': 'DPoP' })
    expect(arrived).toHaveProperty('x-countersign-assertion')
  })

  test('are not accepted again after a reload', async () => {
    const text = await boundToken(world, {})
    const headers = [
      ['Authorization', `DPoP ${text}`],
      ['DPoP', await proof(text, { path: '/orders/1', claims: { nonce: nonceOf(0) } })],
    ] as const
    expect((await ask('/orders/1', headers)).status).toBe(200)
    expect((await running.gateway.reload()).ok).toBe(true)
    expect((await ask('/orders/1', headers)).status).toBe(401)
  })

  test('have the roles of the store, and stay bound', async () => {
    const { principals } = running.gateway.store
    await principals.put({ subject: 'rita', roles: ['admin'], scopes: [], status: 'active' }, ACTOR)
    expect((await prove('/admin/1', { claims: { sub: 'olga' } })).status).toBe(403)
    expect((await prove('/admin/1', { claims: { sub: 'rita' } })).status).toBe(200)
    expect(running.arrived()).toMatchObject({ 'x-countersign-roles': 'admin' })
    const stolen = await ask('/admin/1', [['Authorization', `Bearer ${await boundToken(world, { sub: 'rita' })}`]])
    expect([stolen.status, valuesOf(stolen, 'www-authenticate').some((line) => /^Bearer .*error="invalid_token"/.test(line))]).toEqual([401, true])
    const unbound = await token(world, { claims: { sub: 'rita' } })
    const wrong = await ask('/admin/1', [
      ['Authorization', `DPoP ${unbound}`],
      ['DPoP', await proof(unbound, { path: '/admin/1' })],
    ])
    expect(wrong.status).toBe(401)
  })

  test('of a subject that was revoked are refused', async () => {
    await running.gateway.store.revocations.revokeSubject('mallory', Math.ceil(Date.now() / 1000) + 60, ACTOR)
    expect((await prove('/orders/1', { claims: { sub: 'mallory' } })).status).toBe(401)
  })

  test('the nonce that follows an ending one is on the answer of the service', async () => {
    const answer = await prove('/orders/1', { nonce: nonceOf(1) })
    expect([answer.status, answer.body, valuesOf(answer, 'dpop-nonce')]).toEqual([200, '{}', [nonceOf(0)]])
    expect(valuesOf(await prove('/orders/1'), 'dpop-nonce')).toEqual([])
  })

  test('`bound` takes them and refuses others, and `schemes: [dpop]` offers nothing else', async () => {
    expect((await prove('/bound/1')).status).toBe(200)
    expect((await ask('/bound/1', [['Authorization', `Bearer ${await token(world)}`]])).status).toBe(401)
    const offered = valuesOf(await ask('/proof/1', []), 'www-authenticate')
    expect(offered.map((line) => line.split(' ')[0])).toEqual(['DPoP'])
  })

  test('the secret of nonces is in no log', () => {
    expect(running.logged()).not.toContain(SECRET)
  })
})
