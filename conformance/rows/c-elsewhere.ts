import { alsoInForm, alsoInLoggedQuery, bearerJwt } from 'countersign'
import { orderRoutes } from '../fixtures/routes.ts'
import { guardWith } from '../fixtures/sites.ts'
import { AUDIENCE, token } from '../fixtures/world.ts'
import { elsewhereSetup } from '../gateway/token-configurations.ts'
import { authorization, request, type Rows, type SendLater, type Sent, type Site, type Variant } from '../situations.ts'

/** Accepts tokens in a form and in the query, too. */
const elsewhereSite: Site = {
  name: 'form and query',
  open(world) {
    const tokens = bearerJwt({ issuer: world.issuer.issuer, audience: AUDIENCE, keySet: { keys: [world.rsa.jwk, world.ec.jwk] } })
    return { guard: guardWith([alsoInLoggedQuery(alsoInForm(tokens))]), routes: orderRoutes([]) }
  },
  gateway: elsewhereSetup,
}

const FORM = 'application/x-www-form-urlencoded'
const notHead = 'a form is never sent with HEAD (RFC 6750 section 2.2)'

/** A request with this content, of that type, after the token was put in the place of `TOKEN`. */
function form(body: string, { type = FORM, method = 'POST', path = '/plain/1', header = false } = {}): SendLater {
  const send = async ({ world }: Parameters<SendLater>[0]): Promise<Sent> => {
    const made = await token(world)
    const fields = [['Content-Type', type]] as const
    const more = { method, fields, body: body.replaceAll('TOKEN', made), path: path.replaceAll('TOKEN', made) }
    return header ? authorization(`Bearer ${made}`, more) : request(more)
  }
  return Object.assign(send, { path })
}

function query(path: string, { header = false } = {}): SendLater {
  const send = async ({ world }: Parameters<SendLater>[0]): Promise<Sent> => {
    const made = await token(world)
    const more = { path: path.replaceAll('TOKEN', made) }
    return header ? authorization(`Bearer ${made}`, more) : request(more)
  }
  return Object.assign(send, { path })
}

const site = elsewhereSite
const ambiguous = { site, reason: 'credentials-ambiguous' } as const
const repeated = { site, reason: 'credentials-malformed' } as const
const passes = (name: string, send: Variant['send'], more: Partial<Variant> = {}): Variant => ({ name, site, send, passes: true, ...more })

/** Tokens that travel outside of Authorization, where that was asked for (RFC 6750 sections 2.2 and 2.3). */
export const elsewhereRows: Rows = {
  'token-header-and-body': [
    { ...ambiguous, name: 'the same good token twice', send: form('access_token=TOKEN', { header: true }), notHead },
    { ...ambiguous, name: 'garbage in the form', send: form('a=1&access_token=garbage', { header: true }), notHead },
    { ...ambiguous, name: 'the form says its charset', send: form('access_token=TOKEN', { header: true, type: `${FORM}; charset=UTF-8` }), notHead },
    passes('the form alone passes', form('a=1&access_token=TOKEN&b=%C3%BC'), { notHead }),
    passes('a form without a token passes with the field', form('a=1', { header: true }), { notHead }),
    passes('a token in content of another type is none, so the field decides', form('access_token=TOKEN', { header: true, type: 'text/plain' }), { notHead }),
  ],
  'token-header-and-query-enabled': [
    { ...ambiguous, name: 'the same good token twice', send: query('/plain/1?access_token=TOKEN', { header: true }) },
    { ...ambiguous, name: 'garbage in the query', send: query('/plain/1?access_token=garbage', { header: true }) },
    { ...ambiguous, name: 'an encoded name', send: query('/plain/1?access%5Ftoken=TOKEN', { header: true }) },
    { ...ambiguous, name: 'in form and query', send: form('access_token=TOKEN', { path: '/plain/1?access_token=TOKEN' }), notHead },
    passes('the query alone passes, and no cache may keep the answer', query('/plain/1?access_token=TOKEN'), {
      after: (_stage, { lines }) =>
        lines.some(([name, value]) => /^cache-control$/i.test(name) && value === 'private, no-store')
          ? []
          : ['the answer to a token in the query may be cached'],
    }),
  ],
  'token-parameter-repeated': [
    { ...repeated, name: 'twice in the query', send: query('/plain/1?access_token=TOKEN&access_token=TOKEN') },
    { ...repeated, name: 'twice in the form', send: form('access_token=TOKEN&access_token=TOKEN'), notHead },
    { ...repeated, name: 'one of two is empty', send: query('/plain/1?access_token=&access_token=TOKEN') },
  ],
}
