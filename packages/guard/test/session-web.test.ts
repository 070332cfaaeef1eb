import { randomBytes } from 'node:crypto'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import * as node from './both-platforms.ts'
import { imports, web, type Library } from './web-library.ts'

const SECRETS = [randomBytes(32).toString('base64')] as const
const START = 1_800_000_000

/** A guard with sessions, made by the library of a platform. */
function stand({ createGuard, recent, session }: Library) {
  const clock = { now: START }
  const sessions = session({ secrets: SECRETS, login: '/login', clock: () => clock.now })
  const guard = createGuard({ realm: 'orders', schemes: [sessions], clock: () => clock.now })
  const gate = guard.gate(recent({ maxAge: 300 }))
  const ask = async (method: string, fields: Readonly<Record<string, string>>) => {
    const passage = await gate(request(method, '/data', fields))
    if (passage.pass) return { status: 200, access: passage.access, cookies: (passage.fields?.fields ?? []).map(([, value]) => value) }
    return {
      status: passage.answer.status,
      access: { principal: null },
      cookies: passage.answer.fields.flatMap(([name, value]) => (name === 'Set-Cookie' ? [value] : [])),
    }
  }
  const begin = async () => (await sessions.begin({ subject: 'olga', roles: ['reader'] })).split(';')[0] ?? ''
  return { clock, sessions, ask, begin }
}

describe('a session on the web platform', () => {
  test('is of a library that imports nothing of Node', () => {
    expect(imports).toEqual([])
  })

  test.each<[string, Library, Library]>([
    ['of the web on the web', web, web],
    ['of Node on the web', node, web],
    ['of the web on Node', web, node],
  ])('goes on with cookie and token %s', async (_, from, to) => {
    const [maker, reader] = [stand(from), stand(to)]
    const cookie = await maker.begin()
    const { status, access } = await reader.ask('GET', { cookie })
    expect([status, access.principal]).toEqual([
      200,
      { subject: 'olga', scheme: 'Session', roles: ['reader'], scopes: [], assurance: { authTime: START }, claims: {} },
    ])
    const token = await maker.sessions.token((await maker.ask('GET', { cookie })).access)
    const statusOf = async (fields: Readonly<Record<string, string>>) => (await reader.ask('POST', { cookie, ...fields })).status
    expect(await statusOf({ 'x-csrf-token': token })).toBe(200)
    expect(await statusOf({ 'x-csrf-token': `${token}A` })).toBe(403)
    expect(await statusOf({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await statusOf({})).toBe(403)
  })

  test('is renewed, steps up, ends by itself and is ended', async () => {
    const { clock, ask, begin, sessions } = stand(web)
    const removed = '__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'
    const cookie = await begin()
    clock.now = START + 200
    const { status, access, cookies } = await ask('GET', { cookie })
    expect([status, cookies]).toEqual([200, [expect.stringMatching(/^__Host-session=[\w-]+\.\.[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/)]])
    clock.now = START + 301
    expect(await ask('GET', { cookie })).toMatchObject({ status: 401, cookies: [] })
    clock.now = START + 1800
    expect(await ask('GET', { cookie })).toMatchObject({ status: 401, cookies: [removed] })
    const renewed = cookies[0]?.split(';')[0] ?? ''
    expect(await ask('GET', { cookie: renewed })).toMatchObject({ status: 401, cookies: [] })
    expect(await sessions.end(access)).toBe(removed)
    expect(await ask('GET', { cookie: renewed })).toMatchObject({ status: 401, cookies: [removed] })
  })

  test('is over if its cookie was changed or another secret made it', async () => {
    const { ask, begin } = stand(web)
    const cookie = await begin()
    const changed = cookie.replace(/.{22}$/, (tag) => (tag.startsWith('A') ? 'B' : 'A') + tag.slice(1))
    expect((await ask('GET', { cookie: changed })).status).toBe(401)
    const stranger = web.session({ secrets: [randomBytes(32).toString('base64')], clock: () => START })
    expect((await ask('GET', { cookie: (await stranger.begin({ subject: 'olga' })).split(';')[0] ?? '' })).status).toBe(401)
    expect((await ask('GET', { cookie })).status).toBe(200)
  })
})
