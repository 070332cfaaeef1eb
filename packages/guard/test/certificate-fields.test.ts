import { describe, expect, test } from 'vitest'
import { authenticated, bearerOpaque, certificateOfField, clientCertificate, createGuard, type CertificateOfFieldOptions, type RequestView } from 'countersign'
import { request } from 'countersign/testing'
import { makeCertificates } from './certificates.ts'
import { bearer, reasonOf } from './tokens.ts'

const { shop } = makeCertificates()
const base64 = Buffer.from(shop.der).toString('base64')
const escaped = encodeURIComponent(shop.cert)
const PROXY = '10.1.2.3'

const from = (fields: Record<string, string | string[]>, address: string = PROXY): RequestView => ({
  ...request('GET', '/', fields),
  connection: { address, encrypted: false, certificate: () => undefined },
})
const rfc9440: CertificateOfFieldOptions = { form: 'client-cert', trusted: ['10.0.0.0/8', '2001:db8::/32'] }
const nginx: CertificateOfFieldOptions = { form: 'nginx', field: 'X-SSL-Cert', trusted: ['10.0.0.0/8'] }
const envoy: CertificateOfFieldOptions = { form: 'envoy', trusted: ['10.0.0.0/8'] }

describe('a certificate in the field of a trusted proxy', () => {
  test.each<[string, CertificateOfFieldOptions, string, string]>([
    ['RFC 9440', rfc9440, 'client-cert', `:${base64}:`],
    ['nginx', nginx, 'x-ssl-cert', escaped],
    ['Envoy', envoy, 'x-forwarded-client-cert', `By=spiffe://a;Hash=468e;Subject="CN=shop,O=\\"Ex; ample\\"";Cert="${escaped}";URI=`],
  ])('is read in the form of %s', (_, options, field, value) => {
    const finding = certificateOfField(options)(from({ [field]: value }))
    expect(finding).toMatchObject({ found: 'certificate', certificate: { trusted: false } })
    if (finding.found === 'certificate') expect(Buffer.from(finding.certificate.raw).equals(shop.der)).toBe(true)
  })

  test('is trusted if the proxy is said to have verified it', () => {
    const source = certificateOfField({ ...rfc9440, verifiedByProxy: true })
    expect(source(from({ 'client-cert': `:${base64}:` }))).toMatchObject({ certificate: { trusted: true } })
  })

  test.each<[CertificateOfFieldOptions, Record<string, string | string[]>]>([
    [rfc9440, { 'client-cert': base64 }],
    [rfc9440, { 'client-cert': `:${base64}` }],
    [rfc9440, { 'client-cert': `:${base64}:, :${base64}:` }],
    [rfc9440, { 'client-cert': [`:${base64}:`, `:${base64}:`] }],
    [rfc9440, { 'client-cert': `:${base64.slice(0, -1)}*:` }],
    [rfc9440, { 'client-cert': '::' }],
    [rfc9440, { 'client-cert': ':AAAA:' }],
    [rfc9440, { 'client-cert': `:${'A'.repeat(40_000)}:` }],
    [nginx, { 'x-ssl-cert': shop.cert.replaceAll('\n', '').slice(30) }],
    [nginx, { 'x-ssl-cert': `${escaped}${escaped}` }],
    [nginx, { 'x-ssl-cert': '%zz' }],
    [envoy, { 'x-forwarded-client-cert': 'Hash=468e' }],
    [envoy, { 'x-forwarded-client-cert': `Cert="${escaped}",Hash=1` }],
    [envoy, { 'x-forwarded-client-cert': `Cert="${escaped}";Cert="${escaped}"` }],
    [envoy, { 'x-forwarded-client-cert': `Cert="${escaped}` }],
  ])('that cannot be read is said to be malformed (%#)', (options, fields) => {
    expect(certificateOfField(options)(from(fields))).toEqual({ found: 'malformed' })
  })

  test('that is empty or absent is none', () => {
    const source = certificateOfField(nginx)
    expect([source(from({})), source(from({ 'x-ssl-cert': '' }))]).toEqual([{ found: 'nothing' }, { found: 'nothing' }])
  })
})

describe('the field of anybody else', () => {
  const found = (options: CertificateOfFieldOptions, address: string): string =>
    certificateOfField(options)(from({ 'client-cert': `:${base64}:` }, address)).found

  test.each([
    ['10.1.2.3', 'certificate'],
    ['::ffff:10.1.2.3', 'certificate'],
    ['2001:db8:1::1', 'certificate'],
    ['11.0.0.1', 'nothing'],
    ['2001:db9::1', 'nothing'],
    ['', 'nothing'],
    ['proxy', 'nothing'],
  ])('of %s: %s', (address, expected) => {
    expect(found(rfc9440, address)).toBe(expected)
  })

  test('is ignored however broken it is', () => {
    expect(certificateOfField(rfc9440)(from({ 'client-cert': 'x' }, '192.0.2.1'))).toEqual({ found: 'nothing' })
  })

  test('is ignored where there is no connection to trust', () => {
    expect(certificateOfField(rfc9440)(request('GET', '/', { 'client-cert': `:${base64}:` })).found).toBe('nothing')
  })

  test('is told by a function as well, which has to say `true`', () => {
    expect(found({ form: 'client-cert', trusted: (connection) => connection?.address === '192.0.2.1' }, '192.0.2.1')).toBe('certificate')
    expect(found({ form: 'client-cert', trusted: (() => 'yes') as never }, '192.0.2.1')).toBe('nothing')
  })
})

test.each<[object, RegExp]>([
  [{ form: 'apache', trusted: ['10.0.0.0/8'] }, /`form`/],
  [{ form: 'nginx', trusted: ['10.0.0.0/8'] }, /`field`/],
  [{ form: 'client-cert' }, /`trusted`/],
  [{ form: 'client-cert', trusted: [] }, /`trusted`/],
  [{ form: 'client-cert', trusted: ['10.0.0.0/'] }, /10\.0\.0\.0\//],
  [{ form: 'client-cert', trusted: ['10.0.0.0/33'] }, /10\.0\.0\.0\/33/],
  [{ form: 'client-cert', trusted: ['everybody'] }, /everybody/],
  [{ form: 'client-cert', trusted: ['10.0.0.0/8'], verifiedByProxy: 'yes' }, /`verifiedByProxy`/],
])('wrong options are refused by name: %j', (options, message) => {
  expect(() => certificateOfField(options as never)).toThrow(message)
})

describe('behind a trusted proxy', () => {
  const source = certificateOfField({ ...rfc9440, verifiedByProxy: true })
  const guard = createGuard({ realm: 'orders', schemes: [clientCertificate({ certificates: source, principal: () => ({ subject: 'shop' }) })] })
  const outcome = async (fields: Record<string, string>, address?: string) => reasonOf(await guard.decide(from(fields, address), authenticated()))

  test('the certificate authenticates; a broken field is 400, and one of a stranger is none', async () => {
    expect(await outcome({ 'client-cert': `:${base64}:` })).toBe('allow')
    expect(await outcome({ 'client-cert': 'broken' })).toBe('credentials-malformed')
    expect(await outcome({ 'client-cert': `:${base64}:` }, '192.0.2.1')).toBe('client-certificate-missing')
  })
})

// RFC 8705 appendix A: the certificate, and its thumbprint as in `cnf`.
const EXAMPLE = `
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=`.replaceAll('\n', '')

test('a token bound as in RFC 8705 appendix A is accepted with that certificate', async () => {
  const scheme = bearerOpaque({
    verify: () => ({ subject: 'ty.webb@example.com', cnf: { 'x5t#S256': 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' } }),
    certificates: certificateOfField(rfc9440),
  })
  const guard = createGuard({ realm: 'orders', schemes: [scheme] })
  const outcome = async (fields: Record<string, string>) => reasonOf(await guard.decide(from({ ...bearer('t'), ...fields }), authenticated()))
  expect(await outcome({ 'client-cert': `:${EXAMPLE}:` })).toBe('allow')
  expect(await outcome({ 'client-cert': `:${base64}:` })).toBe('token-certificate-mismatch')
  expect(await outcome({})).toBe('token-certificate-missing')
})
