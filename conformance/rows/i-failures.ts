import { authenticated, basic, createGuard } from 'countersign'
import {
  hangingKeySite,
  namelessSite,
  rejectingKeySite,
  rejectingTokenSite,
  SECRET,
  throwingBasicSite,
  throwingChallengeSite,
  throwingExtractSite,
  throwingKeySite,
  throwingRevocationSite,
} from '../fixtures/broken.ts'
import { plainRoutes, route } from '../fixtures/routes.ts'
import { basicScheme, bearerSite, guardWith, keyScheme, standingSite } from '../fixtures/sites.ts'
import { authorization, basicly, request, signed, type Rows, type Stage } from '../situations.ts'
import type { Received } from '../wire.ts'

const values = { seconds: '5' }
const withKey = request({ fields: [['X-Api-Key', 'any']] })

/** What a store threw stays in the log. */
function after(_: Stage, { body, lines }: Received): readonly string[] {
  return `${body} ${JSON.stringify(lines)}`.includes(SECRET) ? ['the message of the exception came out'] : []
}

/** Our own infrastructure fails. */
export const failureRows: Rows = {
  'access-control-misconfigured': [
    {
      name: 'a route names a scheme that the guard does not have',
      naming: /`Digest`/,
      refuses: () => ({ guard: guardWith([basicScheme()]), routes: [route('/a', authenticated({ via: ['Digest'] }))] }),
    },
    {
      name: 'a route has a requirement that is none',
      naming: /this is no requirement/,
      refuses: () => ({ guard: guardWith([basicScheme()]), routes: [route('/a', { type: 'nobody' } as never)] }),
    },
    {
      name: 'a fact lost its function',
      naming: /`?policy/,
      refuses: () => ({ guard: guardWith([basicScheme()]), routes: [route('/a', { type: 'fact', name: 'policy', otherwise: 'forbid' })] }),
    },
    {
      name: 'the guard has no scheme',
      naming: /`schemes`/,
      refuses: () => ({ guard: createGuard({ realm: 'orders', schemes: [] as never }), routes: plainRoutes() }),
    },
    { name: 'the guard has a scheme twice', naming: /`ApiKey`/, refuses: () => ({ guard: guardWith([keyScheme(), keyScheme()]), routes: plainRoutes() }) },
    {
      name: 'the guard has an option that does not exist',
      naming: /`relam`/,
      refuses: () => ({ guard: createGuard({ relam: 'orders', schemes: [basicScheme()] } as never), routes: plainRoutes() }),
    },
    {
      name: 'the guard has a default that it cannot meet',
      naming: /`Bearer`/,
      refuses: () => ({ guard: guardWith([basic({ verify: () => undefined })], { otherwise: authenticated({ via: ['Bearer'] }) }), routes: plainRoutes() }),
    },
    { name: 'a fact says so when it is asked', site: bearerSite, send: signed({}, { path: '/misconfigured/1' }) },
  ],
  'guard-internal-error': [
    { name: 'a scheme throws while it looks for credentials', site: throwingExtractSite, send: withKey, after },
    { name: 'a scheme throws although nothing was sent', site: throwingExtractSite, send: request(), after },
    { name: 'a scheme throws while it makes a challenge', site: throwingChallengeSite, send: request(), after },
    { name: 'an open route is not concerned and passes', site: throwingExtractSite, send: request({ path: '/open/1' }), passes: true },
  ],
  'session-store-unavailable': [
    { name: 'the look-up of keys throws', site: throwingKeySite, values, send: withKey, after },
    { name: 'the look-up of keys rejects', site: rejectingKeySite, values, send: withKey, after },
    { name: 'the look-up of keys never ends', site: hangingKeySite, values, send: withKey, within: 1 },
    { name: 'the look-up of keys finds somebody without a name', site: namelessSite, values, send: withKey },
    { name: 'the look-up of passwords throws', site: throwingBasicSite, values, send: basicly('olga', 'x'), after },
    { name: 'the look-up of tokens rejects', site: rejectingTokenSite, values, send: authorization('Bearer opaque'), after },
    { name: 'the list of revoked tokens throws', site: throwingRevocationSite, values, send: signed(), after },
    { name: 'the look-up of accounts throws', site: standingSite, values, send: signed({ claims: { sub: 'unlucky' } }) },
  ],
}
