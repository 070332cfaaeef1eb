import { now } from '../fixtures/world.ts'
import { bearerSite, mixedSite } from '../fixtures/sites.ts'
import { authorization, basicly, request, signed, type Rows } from '../situations.ts'

const path = '/open/1'

/** Routing: public routes. Unknown routes and methods are the gateway's. */
export const routingRows: Rows = {
  'public-route': [
    { name: 'GET', site: bearerSite, send: request({ path }) },
    { name: 'POST', site: bearerSite, send: request({ path, method: 'POST', body: '{}' }) },
  ],
  'public-route-bad-credentials': [
    { name: 'an expired token', site: bearerSite, send: signed({ claims: { exp: now() - 3600 } }, { path }) },
    { name: 'a field that is no credentials', site: bearerSite, send: authorization(', "Bearer" x', { path }) },
    { name: 'a scheme that nobody knows', site: bearerSite, send: authorization('Hawk id="dh37"', { path }) },
    { name: 'two Authorization lines', site: bearerSite, send: authorization('Bearer a', { path, fields: [['Authorization', 'Bearer b']] }) },
    { name: 'a token of 9000 characters', site: bearerSite, send: authorization(`Bearer ${'x'.repeat(9000)}`, { path }) },
    { name: 'a wrong password', site: mixedSite, send: basicly('olga', 'wrong', { path }) },
  ],
}
