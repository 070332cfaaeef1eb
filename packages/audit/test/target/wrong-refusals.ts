import type { Answer } from 'countersign'
import type { Refused } from './refusals.ts'

/** Faults of how a refusal is written that concern its status, its fields or its content. */
export const WRONG_REFUSALS = {
  '404-for-401': 'nobody gets 404 instead of 401',
  '400-for-401': 'nobody gets 400 instead of 401',
  '500-for-401': 'nobody gets 500 instead of 401',
  '200-for-401': 'nobody gets 200 with an error in the body',
  'login-redirect': 'nobody is sent to a login page',
  '400-for-403': 'a known caller without the role gets 400',
  '302-for-403': 'a known caller without the role is sent to the start page',
  '405-for-403': 'a known caller without the role gets 405',
  '410-for-404': 'a foreign order is 410, which nobody described',
  '404-on-users': 'GET /users conceals itself, and GET /admin/reports does not',
  'reason-dropped': '403 comes without content',
  'roles-named': '403 names the roles that would be enough',
  'owner-named': 'the refusal of a foreign order names its owner',
  'trace-shown': '401 comes with a stack trace',
  'challenge-of-another-scheme': '401 offers Digest alone',
  'challenge-undeclared': '401 offers Negotiate, too',
  'metadata-missing': '401 names metadata that are not there',
  'challenge-with-error': '401 to nobody says invalid_token',
  'challenge-without-error': '401 to bad tokens has no error',
  'realm-dropped': 'Basic is offered without a realm',
  'realm-of-one-route': 'GET /users/me has another realm',
  'scope-unnamed': '403 for a missing scope has no challenge',
  'scope-as-401': 'a missing scope is 401',
  'proxy-challenge': '407 instead of 401',
  'refusal-kept': 'refusals are public for an hour',
  'refusal-unsaid': 'refusals say nothing about caches',
  'refusal-with-etag': 'refusals have an ETag',
} as const satisfies Record<string, string>

type Change = (answer: Answer, refused: Refused) => Answer

const CHALLENGE = 'WWW-Authenticate'

/** The answer of the guard, with the faults of this file. */
export function wronglyWritten(answer: Answer, refused: Refused): Answer {
  let changed = answer
  for (const [fault, change] of Object.entries(CHANGES)) if (refused.faults.has(fault as keyof typeof CHANGES)) changed = change(changed, refused)
  return changed
}

const toNobody =
  (change: Change): Change =>
  (answer, refused) =>
    refused.denial.outcome === 'challenge' && refused.denial.reason === 'credentials-missing' ? change(answer, refused) : answer
const toKnown =
  (change: Change): Change =>
  (answer, refused) =>
    refused.denial.outcome === 'forbid' ? change(answer, refused) : answer
const toForeign =
  (change: Change): Change =>
  (answer, refused) =>
    refused.denial.outcome === 'conceal' ? change(answer, refused) : answer
const onPath =
  (path: string, change: Change): Change =>
  (answer, refused) =>
    refused.route.path === path ? change(answer, refused) : answer
const ofScope =
  (change: Change): Change =>
  (answer, refused) =>
    refused.denial.reason === 'scope-missing' ? change(answer, refused) : answer

const CHANGES: Readonly<Record<keyof typeof WRONG_REFUSALS, Change>> = {
  '404-for-401': toNobody((answer) => status(without(answer, CHALLENGE), 404)),
  '400-for-401': toNobody((answer) => status(without(answer, CHALLENGE), 400)),
  '500-for-401': toNobody((answer) => status(without(answer, CHALLENGE), 500)),
  '200-for-401': (answer, { denial }) => (denial.outcome === 'challenge' ? status(without(answer, CHALLENGE), 200) : answer),
  'login-redirect': toNobody(() => ({ status: 302, fields: [['Location', '/login?next=here']] })),
  '400-for-403': toKnown((answer) => status(answer, 400)),
  '302-for-403': toKnown(() => ({ status: 302, fields: [['Location', '/']] })),
  '405-for-403': toKnown((answer) => status(answer, 405)),
  '410-for-404': toForeign((answer) => status(answer, 410)),
  '404-on-users': onPath(
    '/users',
    toKnown((answer) => status(answer, 404)),
  ),
  'reason-dropped': toKnown(({ status: same, fields }) => ({ status: same, fields: fields.filter(([name]) => name !== 'Content-Type') })),
  'roles-named': toKnown((answer) => titled(answer, 'You need one of: admin, owner')),
  'owner-named': toForeign((answer, { state, params }) =>
    titled(answer, `This order belongs to ${state.orders.get(params['id'] ?? '')?.customer ?? 'somebody'}`),
  ),
  'trace-shown': (answer, { denial }) =>
    denial.outcome === 'challenge' ? titled(answer, 'JsonWebTokenError: jwt malformed\n    at verify (/srv/app/node_modules/jwt/verify.js:70:17)') : answer,
  'challenge-of-another-scheme': (answer) => challengedWith(answer, () => 'Digest realm="orders", nonce="Tm9uY2U", qop="auth"'),
  'challenge-undeclared': (answer) => challengedWith(answer, (value) => `${value}, Negotiate`),
  'metadata-missing': (answer) => challengedWith(answer, (value) => `${value}, resource_metadata="/.well-known/oauth-protected-resource"`),
  'challenge-with-error': toNobody((answer) => challengedWith(answer, (value) => `${value}, error="invalid_token"`)),
  'challenge-without-error': (answer) => challengedWith(answer, (value) => value.replace(/, error="[^"]*"/, '').replace(/, error_description="[^"]*"/, '')),
  'realm-dropped': (answer) => challengedWith(answer, (value) => value.replace(/^Basic realm="[^"]*"(, )?/, 'Basic ')),
  'realm-of-one-route': onPath('/users/me', (answer) => challengedWith(answer, (value) => value.replace('realm="orders"', 'realm="people"'))),
  'scope-unnamed': ofScope((answer) => without(answer, CHALLENGE)),
  'scope-as-401': ofScope((answer) => status(answer, 401)),
  'proxy-challenge': (answer, { denial }) =>
    denial.outcome === 'challenge'
      ? { ...status(answer, 407), fields: answer.fields.map(([name, value]) => [name === CHALLENGE ? 'Proxy-Authenticate' : name, value]) }
      : answer,
  'refusal-kept': (answer) => ({
    ...without(answer, 'Cache-Control'),
    fields: [...without(answer, 'Cache-Control').fields, ['Cache-Control', 'public, max-age=3600']],
  }),
  'refusal-unsaid': (answer) => without(answer, 'Cache-Control'),
  'refusal-with-etag': (answer) => ({ ...answer, fields: [...answer.fields, ['ETag', '"refusal"']] }),
}

function status(answer: Answer, number: number): Answer {
  return { ...answer, status: number, ...(answer.problem === undefined ? {} : { problem: { ...answer.problem, status: number } }) }
}

function without(answer: Answer, field: string): Answer {
  return { ...answer, fields: answer.fields.filter(([name]) => name !== field) }
}

function titled(answer: Answer, title: string): Answer {
  return { ...answer, ...(answer.problem === undefined ? {} : { problem: { ...answer.problem, title } }) }
}

function challengedWith(answer: Answer, change: (value: string) => string): Answer {
  return { ...answer, fields: answer.fields.map(([name, value]) => [name, name === CHALLENGE ? change(value) : value]) }
}
