import { authenticated, bearerOpaque, createGuard, recent, scope, writeChallenge, type Requirement } from 'countersign'
import { request } from 'countersign/testing'
import { expect, test } from 'vitest'

const METADATA = 'https://api.example/.well-known/oauth-protected-resource'
const guard = createGuard({
  realm: 'orders',
  schemes: [bearerOpaque({ verify: (token) => (token === 'good' ? { subject: 'olga' } : undefined) })],
  resourceMetadata: METADATA,
})

async function challengeOf(requirement: Requirement, fields: Readonly<Record<string, string>>): Promise<string | undefined> {
  const decision = await guard.decide(request('GET', '/', fields), requirement)
  const [challenge] = decision.outcome === 'allow' ? [] : (decision.challenges ?? [])
  return challenge === undefined ? undefined : writeChallenge(challenge)
}

test.each([
  ['nothing was sent', authenticated(), {}, `Bearer realm="orders", resource_metadata="${METADATA}"`],
  [
    'the token is not accepted',
    authenticated(),
    { authorization: 'Bearer bad' },
    `Bearer realm="orders", error="invalid_token", error_description="The access token was not accepted", resource_metadata="${METADATA}"`,
  ],
  [
    'a scope is missing',
    scope('a'),
    { authorization: 'Bearer good' },
    `Bearer realm="orders", error="insufficient_scope", scope="a", error_description="The access token lacks a required scope", resource_metadata="${METADATA}"`,
  ],
  [
    'the request is malformed, and no token mends that',
    authenticated(),
    { authorization: 'Bearer a b' },
    'Bearer realm="orders", error="invalid_request", error_description="The credentials could not be read"',
  ],
  [
    'a login is too old, and the issuer is known',
    recent({ maxAge: 5 }),
    { authorization: 'Bearer good' },
    'Bearer realm="orders", error="insufficient_user_authentication", max_age="5", error_description="A stronger or more recent login is required"',
  ],
] as const)('the challenge says where the metadata is if %s', async (_situation, requirement, fields, challenge) => {
  expect(await challengeOf(requirement, fields)).toBe(challenge)
})
