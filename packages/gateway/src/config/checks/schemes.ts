import { find, isMap, items, shown, textOf, type Located } from '../located.ts'
import { SCHEMES } from '../schema/scheme-names.ts'
import type { Source } from '../source.ts'
import { checkCertificates } from './certificates.ts'
import { checkDigest } from './digest.ts'
import { checkDpop } from './dpop.ts'
import { checkIntrospection } from './introspection.ts'
import { checkSession } from './session.ts'
import { checkSignature } from './signature.ts'
import { checkTrustworthy } from './trustworthy.ts'

/** What is configured under `schemes`, as far as it is a scheme; nothing if that cannot be known. */
export function configuredSchemes(root: Located): readonly string[] | undefined {
  const schemes = find(root, ['schemes'])
  return isMap(schemes) ? [...schemes.members.keys()].filter((name) => SCHEMES.some((scheme) => scheme === name)) : undefined
}

/** Says so if a scheme is named that is not configured. Names that are no schemes are for others to tell. */
export function checkNamed(node: Located | undefined, root: Located, source: Source): void {
  const configured = configuredSchemes(root)
  if (configured === undefined) return
  for (const item of items(node)) {
    const name = SCHEMES.find((scheme) => scheme === item.value)
    if (name === undefined || configured.includes(name)) continue
    const hint = `configure it, or name ${configured.length === 0 ? 'no scheme' : `one of ${configured.map((one) => `\`${one}\``).join(', ')}`}`
    source.error(item.start, {
      code: 'unconfigured-scheme',
      message: `${item.written === undefined ? `\`${name}\`` : shown(item)} is not configured under \`schemes\``,
      hint,
    })
  }
}

/** `schemes`: at least one, and issuers whose keys can be trusted. */
export function checkSchemes(root: Located, source: Source): void {
  const schemes = find(root, ['schemes'])
  if (isMap(schemes) && schemes.members.size === 0)
    source.error(schemes.key ?? schemes.start, {
      code: 'no-schemes',
      message: '`schemes` is empty, so nobody could say who they are',
      hint: 'configure `bearer`, `basic`, `digest`, `apiKey`, `clientCertificate`, `session` or `signature`',
    })
  const bearer = find(root, ['schemes', 'bearer'])
  if (isMap(bearer)) checkBearer(bearer, source)
  checkIntrospection(root, source)
  checkDigest(root, source)
  checkDpop(root, source)
  checkCertificates(root, source)
  checkSession(root, source)
  checkSignature(root, source)
}

function checkBearer(bearer: Located, source: Source): void {
  const [issuers, tokens] = [items(bearer.members.get('issuers')), bearer.members.get('tokens')]
  if (isMap(tokens) && tokens.members.size > 0) checkTokens(tokens, source)
  else if (issuers.length === 0 && tokens === undefined && !bearer.members.has('introspection'))
    source.error(bearer.key ?? bearer.start, {
      code: 'no-issuers',
      message: '`schemes.bearer` has neither `issuers` nor `introspection` nor `tokens`',
      hint: 'name an issuer, with `issuer` and `audience`',
    })
  const seen = new Set<string>()
  for (const trusted of issuers) checkIssuer(trusted, source, seen)
}

function checkTokens(tokens: Located, source: Source): void {
  const message = 'whoever reads this file has these tokens, and they do not expire'
  source.warning(tokens.key ?? tokens.start, { code: 'fixed-tokens', message, hint: 'for tutorials and tests; otherwise name an issuer' })
  for (const [token, { key = tokens.start }] of tokens.members) {
    // RFC 6750 section 2.1: nothing else can come in a request.
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
      source.error(key, {
        code: 'wrong-token',
        message: 'this token could not be sent',
        hint: 'a token has letters, digits, `-`, `.`, `_`, `~`, `+`, `/`, and `=` at its end',
      })
  }
}

function checkIssuer(trusted: Located, source: Source, seen: Set<string>): void {
  const [issuer, keys] = [trusted.members.get('issuer'), trusted.members.get('jwksUri')]
  const name = textOf(issuer)
  if (issuer !== undefined && name !== undefined) {
    if (seen.has(name))
      source.error(issuer.start, {
        code: 'duplicate-issuer',
        message: `${shown(issuer)} is there twice`,
        hint: 'list each issuer once, with all its audiences',
      })
    seen.add(name)
  }
  // The keys are fetched from one of the two; whoever can change them makes tokens.
  checkTrustworthy(keys ?? issuer, source, 'keys would be fetched')
}
