import { find, isMap, isOn, textOf, type Located, type LocatedMap } from '../located.ts'
import { CLIENT_SECRET_ACCEPTED } from '../schema/introspection-section.ts'
import type { Source } from '../source.ts'
import { checkTrustworthy } from './trustworthy.ts'

/** `schemes.bearer.introspection`: somebody to ask, and one way to say who is asking. */
export function checkIntrospection(root: Located, source: Source): void {
  const introspection = find(root, ['schemes', 'bearer', 'introspection'])
  if (!isMap(introspection)) return
  const at = introspection.key ?? introspection.start
  const [issuer, endpoint] = [introspection.members.get('issuer'), introspection.members.get('endpoint')]
  if (issuer === undefined && endpoint === undefined)
    source.error(at, {
      code: 'nobody-to-ask',
      message: '`introspection` has neither `issuer` nor `endpoint`',
      hint: 'name the `issuer`, whose metadata says where to ask, or the address to ask under `endpoint`',
    })
  checkTrustworthy(issuer, source, 'where to ask would be looked up')
  checkTrustworthy(endpoint, source, 'tokens would be asked about')
  checkSigned(introspection, source)
  checkClient(introspection.members.get('client'), source)
  const tokens = find(root, ['schemes', 'bearer', 'tokens'])
  if (isMap(tokens) && tokens.members.size > 0)
    source.error(tokens.key ?? tokens.start, {
      code: 'two-lookups',
      message: '`tokens` and `introspection` are both about tokens that are no JWTs',
      hint: 'take one of them away; fixed tokens are for tutorials and tests',
    })
}

function checkSigned(introspection: LocatedMap, source: Source): void {
  const signed = introspection.members.get('signed')
  if (signed === undefined || !isOn(signed) || introspection.members.has('issuer')) return
  source.error(signed.start, { code: 'unknown-signer', message: '`signed` is on, but it is not said by whom', hint: 'name the `issuer` that signs answers' })
}

function checkClient(client: Located | undefined, source: Source): void {
  if (!isMap(client)) return
  const ways = ['secret', 'secretFile', 'keyFile'].filter((member) => client.members.has(member))
  const [first, second] = ways
  if (first === undefined && textOf(client.members.get('id')) !== undefined)
    source.error(client.key ?? client.start, {
      code: 'no-client-secret',
      message: '`client` has neither `secret` nor `secretFile` nor `keyFile`',
      hint: 'give one of them: an issuer answers only whom it knows (RFC 7662 section 2.1)',
    })
  const extra = second === undefined ? undefined : client.members.get(second)
  if (extra === undefined) return
  const hint = `keep one of them: \`keyFile\` for assertions, or ${CLIENT_SECRET_ACCEPTED}`
  source.error(extra.key ?? extra.start, { code: 'given-twice', message: `\`${first}\` and \`${second}\` are both given`, hint })
}
