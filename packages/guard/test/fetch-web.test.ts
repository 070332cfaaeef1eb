import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Guard, Requirement } from 'countersign'
import { serveFetch } from '../../../conformance/apps/serve-fetch.ts'
import { rawRequest } from '../../../conformance/raw-http.ts'
import * as node from './both-platforms.ts'
import { makeCertificates, type Identity } from './certificates.ts'
import * as proofs from './dpop-kit.ts'
import { closingServers } from './opened.ts'
import * as signatures from './signature-kit.ts'
import { web, type Library } from './web-library.ts'

const open = closingServers()

type Fields = Readonly<Record<string, string>>
interface Sent {
  readonly method?: string
  readonly path?: string
  readonly body?: string
}

/** Serves a handler behind the guard with the Fetch adapter of a platform, and sends it requests over a socket. */
async function serve({ protectWith }: Library, guard: Guard, requirement: Requirement = { type: 'authenticated' }) {
  const handler = protectWith(guard)(requirement, async (request, { principal }) =>
    Response.json({ subject: principal?.subject, content: await request.text() }),
  )
  const server = await serveFetch(() => {}, handler)
  open(server)
  return async (fields: Fields, { method = 'GET', path = '/data', body = '' }: Sent = {}): Promise<unknown[]> => {
    const response = await rawRequest(server.port, { method, path, headers: Object.entries(fields), body })
    const values = (wanted: string) => response.headerLines.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
    if (response.status === 200) return [200, JSON.parse(response.body)]
    return [
      response.status,
      (JSON.parse(response.body) as { type: string }).type.split(':').at(-1),
      ...values('www-authenticate'),
      ...values('accept-signature'),
    ]
  }
}

const PLATFORMS: readonly [string, Library][] = [
  ['Node', node],
  ['the web', web],
]

describe.each(PLATFORMS)('DPoP over a socket, through the Fetch adapter on %s', (_name, library) => {
  const refusal = (type: string, error: string, description: string) => [
    401,
    type,
    `DPoP realm="orders", error="${error}", algs="ES256", error_description="${description}", Bearer realm="orders"`,
  ]

  async function stand() {
    const { bearerJwt, createGuard, dpop } = library
    const tokens = bearerJwt(proofs.TRUSTED)
    const schemes = [dpop(tokens, { origin: proofs.ORIGIN, algorithms: ['ES256'] }), tokens] as const
    const ask = await serve(library, createGuard({ realm: 'orders', schemes, clock: () => proofs.NOW }))
    const key = await proofs.clientKey()
    return { ask, key, token: await proofs.boundToken(key) }
  }

  test('a token with a proof of its key is let in, once', async () => {
    const { ask, key, token } = await stand()
    const sent = { authorization: `DPoP ${token}`, dpop: await proofs.proofOf(key, token) }
    expect(await ask(sent)).toEqual([200, { subject: 'olga', content: '' }])
    expect(await ask(sent)).toEqual(refusal('invalid-dpop-proof', 'invalid_dpop_proof', 'The DPoP proof was used before'))
  })

  test('its stolen copy is not, with the proof of another key, without any and as a bearer token', async () => {
    const { ask, token } = await stand()
    const thief = await proofs.clientKey()
    const stolen = await ask({ authorization: `DPoP ${token}`, dpop: await proofs.proofOf(thief, token) })
    expect(stolen).toEqual(refusal('invalid-token', 'invalid_token', 'The access token is bound to another key'))
    const unproven = await ask({ authorization: `DPoP ${token}` })
    expect(unproven).toEqual(refusal('invalid-dpop-proof', 'invalid_dpop_proof', 'The DPoP proof is missing'))
    const bearer = await ask({ authorization: `Bearer ${token}` })
    const told = 'error="invalid_token", error_description="The access token is bound to a key that was not shown"'
    expect(bearer).toEqual([401, 'invalid-token', `Bearer realm="orders", ${told}, DPoP realm="orders", algs="ES256"`])
  })
})

describe.each(PLATFORMS)('a message signature over a socket, through the Fetch adapter on %s', (_name, library) => {
  const POSTED = { method: 'POST', path: '/orders?page=2', body: signatures.BODY }

  async function stand(caller: signatures.Caller) {
    const { createGuard, messageSignature } = library
    const keys = (keyid: string) => (keyid === 'shop-1' ? caller.key : undefined)
    const scheme = messageSignature({ ...signatures.OPTIONS, keys, origin: signatures.ORIGIN })
    return serve(library, createGuard({ realm: 'orders', schemes: [scheme], clock: () => signatures.NOW }))
  }

  test.each(['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'rsa-pss-sha512', 'rsa-v1_5-sha256', 'hmac-sha256'] as const)(
    'with %s is let in, and its content read by the handler',
    async (algorithm) => {
      const caller = signatures.callerOf(algorithm)
      const ask = await stand(caller)
      const sent = { ...signatures.signatureOf({ by: caller }), 'content-digest': signatures.DIGEST }
      expect(await ask(sent, POSTED)).toEqual([200, { subject: 'shop', content: signatures.BODY }])
    },
  )

  test('is refused over other content, with and without a digest of it, another method and another target', async () => {
    const ask = await stand(signatures.caller)
    const sent = { ...signatures.signatureOf(), 'content-digest': signatures.DIGEST }
    const body = '{"amount": 6}'
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    const answers = [
      await ask(sent, { ...POSTED, body }),
      await ask({ ...sent, 'content-digest': digest }, { ...POSTED, body }),
      await ask(sent, { ...POSTED, method: 'PUT' }),
      await ask(sent, { ...POSTED, path: '/orders?page=3' }),
    ]
    const unsigned = [401, 'invalid-signature', 'Signature realm="orders"', 'sig1=("@method" "@target-uri" "content-digest");created']
    expect(answers).toEqual([[400, 'digest-mismatched-values'], unsigned, unsigned, unsigned])
  })
})

describe.each(PLATFORMS)('a token bound to a certificate, over a socket, through the Fetch adapter on %s', (_name, library) => {
  const { shop, rival } = makeCertificates()
  const field = ({ der }: Identity) => `:${Buffer.from(der).toString('base64')}:`

  async function stand() {
    const { bearerJwt, bound, certificateOfField, createGuard } = library
    // A request of Fetch has no connection: who serves it knows that his proxy is the only caller.
    const tokens = bearerJwt({ ...proofs.TRUSTED, certificates: certificateOfField({ form: 'client-cert', trusted: () => true }) })
    const x5t = createHash('sha256').update(shop.der).digest('base64url')
    const authorization = `Bearer ${await proofs.tokenWith({ cnf: { 'x5t#S256': x5t } })}`
    return { ask: await serve(library, createGuard({ realm: 'orders', schemes: [tokens], clock: () => proofs.NOW }), bound()), authorization }
  }

  test('is let in with this certificate', async () => {
    const { ask, authorization } = await stand()
    expect(await ask({ authorization, 'client-cert': field(shop) })).toEqual([200, { subject: 'olga', content: '' }])
  })

  test('is refused with another one, without any, and with a field that is none', async () => {
    const { ask, authorization } = await stand()
    const refused = [
      await ask({ authorization, 'client-cert': field(rival) }),
      await ask({ authorization }),
      await ask({ authorization, 'client-cert': field(shop).slice(1) }),
    ]
    const refusal = (description: string) => [401, 'invalid-token', `Bearer realm="orders", error="invalid_token", error_description="${description}"`]
    const unshown = refusal('The access token is bound to a certificate that was not shown')
    expect(refused).toEqual([refusal('The access token is bound to another certificate'), unshown, unshown])
  })
})

test('a certificate alone, which the web platform cannot read, is refused when the guard is made', () => {
  const { certificateOfField, clientCertificate } = web
  const make = () => clientCertificate({ certificates: certificateOfField({ form: 'client-cert', trusted: () => true }), principal: () => undefined })
  expect(make).toThrow(new TypeError('clientCertificate() needs Node: this platform cannot read certificates'))
  expect(() => certificateOfField({ form: 'client-cert', trusted: ['10.0.0.0/8'] })).toThrow(
    new TypeError('this platform has no addresses of connections; pass a function as `trusted`'),
  )
})
