import { describe, expect, it } from 'vitest'
import { readDecision } from './read.ts'
import type { ReadableResponse } from './refusal.ts'

interface Parts {
  readonly challenge?: string
  readonly retryAfter?: string
  readonly type?: string
  readonly body?: unknown
}

function response(status: number, { challenge, retryAfter, type = 'application/problem+json', body }: Parts = {}): ReadableResponse {
  const headers = new Headers(body === undefined ? {} : { 'Content-Type': type })
  if (challenge !== undefined) headers.set('WWW-Authenticate', challenge)
  if (retryAfter !== undefined) headers.set('Retry-After', retryAfter)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Response(body === undefined ? null : text, { status, headers })
}

async function remedyOf(status: number, parts: Parts = {}): Promise<unknown> {
  return (await readDecision(response(status, parts)))?.remedy
}

async function reasonOf(status: number, parts: Parts = {}): Promise<unknown> {
  return (await readDecision(response(status, parts)))?.reason
}

describe('readDecision', () => {
  it('reads no denial from a status that is none', async () => {
    for (const status of [200, 204, 304, 405, 502]) expect(await readDecision(response(status))).toBeUndefined()
  })

  it('leaves the body of an answer that is no denial unread', async () => {
    const answer = new Response('data')
    await readDecision(answer)
    expect(answer.bodyUsed).toBe(false)
  })

  it('reads no denial from a 401 without a challenge that can be read', async () => {
    expect(await readDecision(response(401))).toBeUndefined()
    expect(await readDecision(response(401, { challenge: '"Bearer"' }))).toBeUndefined()
  })

  it('reads the remedy of a 401 from the error of its challenge', async () => {
    expect(await remedyOf(401, { challenge: 'Bearer realm="a"' })).toEqual({ action: 'authenticate' })
    expect(await remedyOf(401, { challenge: 'Basic realm="a", Bearer error="invalid_token"' })).toEqual({ action: 'refresh' })
    expect(await remedyOf(401, { challenge: 'DPoP error="use_dpop_nonce"' })).toEqual({ action: 'prove' })
  })

  it('reads strength, age and scope of a step-up', async () => {
    const challenge = 'Bearer error="insufficient_user_authentication", acr_values="gold  silver", max_age=5, scope="a b"'
    expect(await remedyOf(401, { challenge })).toEqual({ action: 'step-up', acr: ['gold', 'silver'], maxAge: 5, scope: ['a', 'b'] })
    expect(await remedyOf(401, { challenge: 'Bearer error="insufficient_user_authentication"' })).toEqual({ action: 'step-up' })
  })

  it('reads a maximum age only if it is a whole number', async () => {
    for (const age of ['-1', '1.5', 'soon', '1e3', '99999999999999999999']) {
      expect(await remedyOf(401, { challenge: `Bearer error="insufficient_user_authentication", max_age="${age}"` })).toEqual({ action: 'step-up' })
    }
  })

  it('reads the scope of a 403, and no remedy from a 403 without one', async () => {
    expect(await remedyOf(403, { challenge: 'Bearer error="insufficient_scope", scope="a b"' })).toEqual({ action: 'request-scope', scope: ['a', 'b'] })
    expect(await remedyOf(403, { challenge: 'Bearer error="insufficient_scope"' })).toEqual({ action: 'none' })
    expect(await remedyOf(403, { challenge: 'Bearer realm="a", scope="a"' })).toEqual({ action: 'none' })
    expect(await remedyOf(403)).toEqual({ action: 'none' })
  })

  it('reads a correction from 400 and 431 and nothing to do from 404 and 500', async () => {
    expect([await remedyOf(400), await remedyOf(431)]).toEqual([{ action: 'correct-request' }, { action: 'correct-request' }])
    expect([await remedyOf(404), await remedyOf(500)]).toEqual([{ action: 'none' }, { action: 'none' }])
  })

  it('reads the time to wait from Retry-After, then from the document, then takes five seconds', async () => {
    expect(await remedyOf(503, { retryAfter: '30', body: { retry_after: 7 } })).toEqual({ action: 'retry-later', after: 30 })
    expect(await remedyOf(429, { body: { retry_after: 7 } })).toEqual({ action: 'retry-later', after: 7 })
    expect(await remedyOf(429)).toEqual({ action: 'retry-later', after: 5 })
    expect(await remedyOf(503, { retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT' })).toEqual({ action: 'retry-later', after: 5 })
  })

  it('ignores a time to wait that is no whole number', async () => {
    for (const retryAfter of ['-1', '1.5', '']) expect(await remedyOf(503, { retryAfter })).toEqual({ action: 'retry-later', after: 5 })
    for (const wrong of ['7', -1, 1.5, null]) expect(await remedyOf(503, { body: { retry_after: wrong } })).toEqual({ action: 'retry-later', after: 5 })
  })

  it('reads the reason from the description of the challenge', async () => {
    expect(await reasonOf(401, { challenge: 'Bearer error="invalid_token", error_description="The access token expired"' })).toBe('token-expired')
    expect(await reasonOf(401, { challenge: 'Bearer error="invalid_token", error_description="Something else"' })).toBe('token-invalid')
  })

  it('reads the reason from the problem type under any base', async () => {
    for (const base of ['urn:countersign:problem:', 'https://api.example/problems/', 'https://api.example/errors#']) {
      expect(await reasonOf(403, { body: { type: `${base}user-required` } })).toBe('user-required')
    }
    expect(await reasonOf(401, { challenge: 'Basic realm="a"', body: { type: 'urn:x:invalid-credentials' } })).toBe('credentials-rejected')
  })

  it('reads no reason of another outcome from a problem type', async () => {
    expect(await reasonOf(403, { body: { type: 'urn:x:invalid-token' } })).toBe('policy-denied')
    expect(await reasonOf(500, { body: { type: 'urn:x:constructor' } })).toBe('internal-error')
  })

  it('reads the id of the decision and the link for the account holder', async () => {
    const denial = await readDecision(response(403, { body: { decision_id: 'd-1', action: 'https://id.example/terms' } }))
    expect(denial).toMatchObject({ explanation: { id: 'd-1', steps: [] }, action: 'https://id.example/terms' })
  })

  it('ignores members of a wrong type', async () => {
    const denial = await readDecision(response(403, { body: { type: 7, decision_id: {}, action: ['x'] } }))
    expect(denial).toEqual({ outcome: 'forbid', reason: 'policy-denied', remedy: { action: 'none' }, challenges: [], explanation: { id: '', steps: [] } })
  })

  it('ignores a body that is no problem document', async () => {
    for (const body of ['', '{', '[]', 'null', '7', `{"decision_id":"${'x'.repeat(70_000)}"}`]) {
      expect((await readDecision(response(403, { body })))?.explanation.id).toBe('')
    }
    expect((await readDecision(response(403, { type: 'application/json', body: { decision_id: 'd-1' } })))?.explanation.id).toBe('')
  })

  it('finds the media type without case and with parameters', async () => {
    const denial = await readDecision(response(403, { type: 'Application/Problem+JSON; charset=utf-8', body: { decision_id: 'd-1' } }))
    expect(denial?.explanation.id).toBe('d-1')
  })
})
