import { parseChallenges, type DpopOptions } from 'countersign'
import { request } from 'countersign/testing'
import { describe, expect, test } from 'vitest'
import { boundToken, clientKey, dpopGuard, NOW, proofOf, withProof } from './dpop-kit.ts'

const key = await clientKey()
// Good at all times that these tests set their clocks to.
const token = await boundToken(key, { iat: NOW - 1_000_000, exp: NOW + 1_000_000 })
const SECRET = 'a secret of at least 32 characters'
const options: DpopOptions = { nonce: { secret: SECRET, lifetime: 100 } }
/** The beginning of a slot. */
const START = Math.floor(NOW / 100) * 100
const authenticated = { type: 'authenticated' } as const

/** A guard with a clock, and what it says to proofs with a nonce. */
function stand(more: DpopOptions = {}) {
  const clock = { now: START }
  const guard = dpopGuard({ ...options, ...more }, () => clock.now)
  const gate = guard.gate(authenticated)
  const ask = async (nonce: string | undefined, iat = clock.now) => {
    const passage = await gate(withProof(token, await proofOf(key, token, { claims: { nonce, iat } })))
    if (passage.pass) return { status: 200, told: passage.fields?.fields }
    const { status, fields } = passage.answer
    const values = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
    const challenges = values('WWW-Authenticate')
    return { status, error: parseChallenges(challenges).challenges[0]?.params['error'], lines: challenges.length, nonces: values('DPoP-Nonce'), fields }
  }
  const nonce = async () => (await ask(undefined)).nonces?.[0] ?? ''
  return { clock, guard, ask, nonce }
}

describe('a server with nonces', () => {
  test('answers a proof without one with its only challenge, and one nonce that script can read', async () => {
    const { ask } = stand()
    const answer = await ask(undefined)
    expect(answer).toMatchObject({ status: 401, error: 'use_dpop_nonce', lines: 1, nonces: [expect.stringMatching(/^[\w-]{43}$/)] })
    expect(answer.fields).toContainEqual(['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce'])
    expect(answer.fields).toContainEqual(['Cache-Control', 'no-store'])
  })

  test('lets a proof with its nonce in, and says nothing until the nonce is about to end', async () => {
    const { clock, ask, nonce } = stand()
    const first = await nonce()
    expect(await ask(first)).toEqual({ status: 200, told: undefined })
    clock.now = START + 99
    expect(await ask(first)).toEqual({ status: 200, told: undefined })
    clock.now = START + 100
    const renewed = await nonce()
    expect(renewed).not.toBe(first)
    expect(await ask(first)).toEqual({ status: 200, told: [['DPoP-Nonce', renewed]] })
    clock.now = START + 199
    expect((await ask(first)).status).toBe(200)
    clock.now = START + 200
    expect(await ask(first)).toMatchObject({ status: 401, error: 'use_dpop_nonce', lines: 1, nonces: [await nonce()] })
  })

  test('goes by its nonce and not by the clock of the caller', async () => {
    const { ask, nonce } = stand()
    expect((await ask(await nonce(), 0)).status).toBe(200)
  })

  test('remembers a used proof for as long as its nonce lasts', async () => {
    const { clock, guard, nonce } = stand()
    const proof = withProof(token, await proofOf(key, token, { claims: { nonce: await nonce(), iat: 0 } }))
    const ask = async () => {
      const decision = await guard.decide(proof, authenticated)
      return decision.outcome === 'allow' ? 'allow' : decision.reason
    }
    expect(await ask()).toBe('allow')
    clock.now = START + 199
    expect(await ask()).toBe('dpop-proof-replayed')
    clock.now = START + 200
    expect(await ask()).toBe('dpop-nonce-stale')
  })

  test('accepts those of another instance with the same secret and of none with another', async () => {
    const [one, twin, stranger] = [stand(), stand(), stand({ nonce: { secret: SECRET.toUpperCase(), lifetime: 100 } })]
    expect((await twin.ask(await one.nonce())).status).toBe(200)
    expect((await stranger.ask(await one.nonce())).error).toBe('use_dpop_nonce')
  })

  test('bears a clock that is put back', async () => {
    const { clock, ask, nonce } = stand()
    await nonce()
    clock.now = START - 100_000
    expect((await ask(await nonce())).status).toBe(200)
  })

  test('gives its nonce to a caller who sent nothing, without an error', async () => {
    const { guard } = stand()
    const passage = await guard.gate(authenticated)(request('GET', '/data'))
    if (passage.pass) throw new Error('nobody was let in')
    expect(passage.answer.fields.filter(([name]) => name === 'DPoP-Nonce')).toHaveLength(1)
    expect(passage.answer.fields.find(([name]) => name === 'WWW-Authenticate')?.[1]).not.toContain('error')
  })
})
