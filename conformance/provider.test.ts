import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authenticated, bearerJwt, type BearerJwtOptions } from 'countersign'
import { node } from './apps/node.ts'
import { guardWith } from './fixtures/sites.ts'
import { startKeyServer, type KeyServer, type Trouble } from './fixtures/key-server.ts'
import { AUDIENCE, createWorld, makeKey, token, type SigningKey, type World } from './fixtures/world.ts'
import { route } from './fixtures/routes.ts'
import { authorization } from './situations.ts'
import { transmit, valuesOf, type Received } from './wire.ts'

/** Seconds: the guard gives a key server 3, and a busy machine some more; its own time limit of 5 would say something else. */
const PROMPTLY = 4.5
/** Seconds: what the guard leaves between two attempts, and a little. */
const COOL_DOWN = 1.05

interface Stand {
  readonly keys: KeyServer
  /** A request with a token of this key server. */
  readonly ask: (key?: SigningKey) => Promise<Received>
  /** The same token again. */
  readonly again: (text: string) => Promise<Received>
  readonly advance: (seconds: number) => void
  readonly close: () => Promise<void>
}

let world: World
const stands: Stand[] = []

beforeAll(async () => void (world = await createWorld()))
afterAll(async () => void (await Promise.all([world.close(), ...stands.map((stand) => stand.close())])))

/** A protected API that trusts a key server of its own. */
async function stand(options: Partial<BearerJwtOptions> & { readonly cold?: Trouble; readonly configured?: boolean } = {}): Promise<Stand> {
  const { cold = 'none', configured = false, ...more } = options
  const keys = await startKeyServer([world.rsa.jwk])
  keys.break(cold)
  let skew = 0
  const scheme = bearerJwt({ issuer: keys.issuer, audience: AUDIENCE, ...(configured ? { jwksUri: keys.jwksUri } : {}), ...more })
  const guard = guardWith([scheme], { clock: () => Date.now() / 1000 + skew })
  const served = await node.serve(guard, [route('/orders/:id', authenticated())])
  const again = (text: string): Promise<Received> => transmit(served.port, authorization(`Bearer ${text}`))
  const made: Stand = {
    keys,
    again,
    ask: async (key = world.rsa) => again(await token(world, { issuer: keys.issuer, key })),
    advance: (seconds) => void (skew += seconds),
    close: async () => void (await Promise.all([served.close(), keys.close()])),
  }
  stands.push(made)
  return made
}

function expectUnavailable(received: Received): void {
  expect(received.status).toBe(503)
  expect(valuesOf(received, 'retry-after')).toEqual(['5'])
  expect(valuesOf(received, 'cache-control')).toEqual(['no-store'])
  expect(valuesOf(received, 'www-authenticate')).toEqual([])
  expect(JSON.parse(received.body)).toMatchObject({ type: 'urn:countersign:problem:identity-provider-unavailable', status: 503, retry_after: 5 })
  expect(received.milliseconds).toBeLessThan(PROMPTLY * 1000)
}

describe.concurrent('a provider that was never healthy', () => {
  for (const mode of ['status 500', 'connection refused', 'html', 'hanging'] as const) {
    for (const configured of [false, true]) {
      it(`${mode}, key set ${configured ? 'configured' : 'discovered'}: 503 with Retry-After in time, and 200 on the first request after recovery`, async () => {
        const { keys, ask, advance } = await stand({ configured, cold: mode === 'connection refused' ? 'none' : mode })
        if (mode === 'connection refused') await keys.stop()
        expectUnavailable(await ask())
        keys.break('none')
        if (mode === 'connection refused') await keys.start()
        advance(COOL_DOWN)
        expect((await ask()).status).toBe(200)
      })
    }
  }

  it('answers everybody who waits for the same hanging request in time', async () => {
    const { keys, ask } = await stand({ cold: 'hanging' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
    for (const answer of answers) expectUnavailable(answer)
    // One attempt, at both addresses that metadata can have.
    expect(keys.fetches.metadata).toBeLessThanOrEqual(2)
  })

  it('is not asked again within the cool-down', async () => {
    const { keys, ask } = await stand({ cold: 'status 500', configured: true })
    for (let count = 0; count < 20; count += 1) expectUnavailable(await ask())
    expect(keys.fetches.keys).toBe(1)
  })
})

describe.concurrent('the number of fetches', () => {
  it('is one for 20 valid tokens in parallel', async () => {
    const { keys, ask } = await stand()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(keys.fetches).toEqual({ metadata: 1, keys: 1 })
  })

  it('is two at most for 20 unknown kids, and a legitimate new key is accepted after such a flood', async () => {
    const { keys, ask, advance } = await stand()
    expect((await ask()).status).toBe(200)
    keys.forget()
    const floods = Array.from({ length: 20 }, (_, index) => ask({ ...world.forged, kid: `unknown-${index}` }))
    for (const { status } of await Promise.all(floods)) expect(status).toBe(401)
    expect(keys.fetches.keys).toBeLessThanOrEqual(2)
    const next = makeKey('ES256', 'ec-next')
    keys.publish([world.rsa.jwk, next.jwk])
    advance(COOL_DOWN)
    expect((await ask(next)).status).toBe(200)
  })

  it('is two at most for 20 unknown kids one after the other, sent quickly', async () => {
    const { keys, ask, advance } = await stand()
    expect((await ask()).status).toBe(200)
    keys.forget()
    const started = performance.now()
    for (let index = 0; index < 20; index += 1) expect((await ask({ ...world.forged, kid: `unknown-${index}` })).status).toBe(401)
    const seconds = (performance.now() - started) / 1000
    expect(keys.fetches.keys).toBeLessThanOrEqual(Math.max(2, Math.ceil(seconds)))
    const next = makeKey('ES256', 'ec-next')
    keys.publish([world.rsa.jwk, next.jwk])
    advance(COOL_DOWN)
    expect((await ask(next)).status).toBe(200)
  })

  it('is none for an issuer that is not configured', async () => {
    const { keys, again } = await stand()
    world.attacker.forget()
    expect((await again(await token(world, { issuer: world.attacker.issuer, key: world.forged }))).status).toBe(401)
    expect(world.attacker.fetches).toEqual({ metadata: 0, keys: 0 })
    expect(keys.fetches).toEqual({ metadata: 0, keys: 0 })
  })

  it('does not grow while a flood of unknown kids goes on beside valid tokens, which are let in', async () => {
    const { keys, ask } = await stand()
    expect((await ask()).status).toBe(200)
    keys.forget()
    const mixed = Array.from({ length: 40 }, (_, index) => ask(index % 2 === 0 ? world.rsa : { ...world.forged, kid: `unknown-${index}` }))
    expect((await Promise.all(mixed)).map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 200 : 401)))
    expect(keys.fetches.keys).toBeLessThanOrEqual(2)
  })
})

describe.concurrent('keys that were fetched', () => {
  it('are used while the provider answers 500', async () => {
    const { keys, ask } = await stand()
    expect((await ask()).status).toBe(200)
    keys.break('status 500')
    expect((await ask()).status).toBe(200)
  })

  it('are used beyond their time while the provider is down, and not for ever', async () => {
    const { keys, ask, advance } = await stand({ staleFor: 600 })
    expect((await ask()).status).toBe(200)
    await keys.stop()
    advance(1000)
    expect((await ask()).status).toBe(200)
    advance(1000)
    expectUnavailable(await ask())
  })

  it('are given up when the issuer withdraws them, with the tokens remembered under them', async () => {
    const { keys, again, advance } = await stand()
    const text = await token(world, { issuer: keys.issuer })
    expect((await again(text)).status).toBe(200)
    expect((await again(text)).status).toBe(200)
    keys.publish([makeKey('ES256', 'ec-next').jwk])
    // Beyond the ten minutes for which a key set counts as fresh: the first request starts the refresh.
    advance(700)
    await again(text)
    await vi.waitUntil(async () => (await again(text)).status === 401, { timeout: 2000 })
    expect(valuesOf(await again(text), 'www-authenticate')[0]).toContain('error="invalid_token"')
  })

  it('are fetched anew for a kid that appeared, without waiting for their time', async () => {
    const { keys, ask, advance } = await stand()
    expect((await ask()).status).toBe(200)
    const next = makeKey('ES256', 'ec-next')
    keys.publish([next.jwk])
    advance(COOL_DOWN)
    expect((await ask(next)).status).toBe(200)
    expect((await ask()).status).toBe(401)
  })
})

describe.concurrent('a document that is not taken', () => {
  for (const trouble of ['redirect', 'oversized', 'array', 'html'] as const) {
    for (const configured of [false, true]) {
      it(`${configured ? 'key set' : 'metadata'}, ${trouble}: 503, and nothing else is fetched`, async () => {
        const { keys, ask } = await stand({ cold: trouble, configured })
        expectUnavailable(await ask())
        // The two well-known addresses of metadata, or the one of the key set.
        expect(keys.fetches).toEqual(configured ? { metadata: 0, keys: 1 } : { metadata: 2, keys: 0 })
      })
    }
  }

  for (const trouble of ['foreign issuer', 'issuer with a slash', 'issuer left out', 'key set over http'] as const) {
    it(`metadata, ${trouble}: 503, and its key set is not fetched`, async () => {
      const { keys, ask } = await stand({ cold: trouble })
      expectUnavailable(await ask())
      expect(keys.fetches.keys).toBe(0)
    })
  }
})
