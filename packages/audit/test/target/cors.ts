import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from './faults.ts'

/** The pages that the target serves. */
export const PAGES = 'https://shop.test'

/** Faults of what other origins may do. */
export const WRONG_CORS = {
  'preflight-guarded': 'preflights are asked for credentials',
  'origin-reflected': 'every origin may read with credentials',
  'null-origin-allowed': 'the origin null may read with credentials',
  'refusal-without-cors': 'refusals have no CORS fields',
  'challenge-not-exposed': 'pages cannot read the challenge',
  'cookie-bare': 'GET /users/me sets a session cookie without protections',
  'login-dialog': 'Basic is offered to scripts, too',
} as const satisfies Record<string, string>

/** Sets the fields for other origins, and answers preflights; answers whether it did. */
export function crossOrigin(request: IncomingMessage, response: ServerResponse, faults: Faults): boolean {
  const { origin } = request.headers
  if (faults.has('cookie-bare') && request.url === '/users/me') response.setHeader('Set-Cookie', 'sid=8f2c; Path=/')
  const known = origin === PAGES || (faults.has('origin-reflected') && origin !== undefined) || (faults.has('null-origin-allowed') && origin === 'null')
  if (!known || origin === undefined) return false
  const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
  if (preflight && faults.has('preflight-guarded')) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="orders"' }).end()
    return true
  }
  const loose = faults.has('origin-reflected') || faults.has('null-origin-allowed')
  const dropped = faults.has('refusal-without-cors') && request.headers.authorization === undefined && !preflight
  if (!dropped) {
    response.setHeader('Access-Control-Allow-Origin', origin)
    if (loose) response.setHeader('Access-Control-Allow-Credentials', 'true')
    if (!faults.has('challenge-not-exposed')) response.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate')
  }
  response.setHeader('Vary', 'Origin')
  if (!preflight) return false
  response
    .writeHead(204, { 'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE', 'Access-Control-Allow-Headers': 'Authorization, Content-Type' })
    .end()
  return true
}
