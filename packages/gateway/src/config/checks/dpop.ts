import { find, isMap, isOn, type Located, type LocatedMap } from '../located.ts'
import { NONCE_SECRET_ACCEPTED } from '../schema/dpop-section.ts'
import type { Source } from '../source.ts'
import { refuseBoth } from './gateway.ts'
import { checkProofOrigin } from './proof-origin.ts'

/** `schemes.dpop`: tokens to prove something about, and an origin that proofs are for. */
export function checkDpop(root: Located, source: Source): void {
  const dpop = find(root, ['schemes', 'dpop'])
  if (!isMap(dpop)) return
  const at = dpop.key ?? dpop.start
  if (find(root, ['schemes', 'bearer']) === undefined)
    source.error(at, {
      code: 'no-tokens',
      message: '`schemes.dpop` is about the tokens of `schemes.bearer`, which is not there',
      hint: 'name an issuer in `schemes.bearer`; with `required: true` here, its tokens are accepted with a proof only',
    })
  checkPlaces(root, dpop, source)
  checkProofOrigin(root, source, { scheme: dpop, name: 'dpop', what: 'proofs' })
  checkNonce(dpop.members.get('nonce'), source)
  const algorithms = dpop.members.get('algorithms')
  if (algorithms !== undefined && Array.isArray(algorithms.value) && algorithms.value.length === 0)
    source.error(algorithms.key ?? algorithms.start, {
      code: 'no-algorithms',
      message: '`algorithms` is an empty list, so that no proof could be good',
      hint: 'name an algorithm such as `ES256`, or take `algorithms` away',
    })
}

/** A token with a proof comes in `Authorization` (RFC 9449 section 7.1), so any other place would be open to nobody. */
function checkPlaces(root: Located, dpop: LocatedMap, source: Source): void {
  if (!isOn(dpop.members.get('required'))) return
  const [form, query] = ['alsoInForm', 'alsoInLoggedQuery'].map((name) => find(root, ['schemes', 'bearer', name]))
  for (const place of [form, isOn(query) ? query : undefined]) {
    if (place === undefined) continue
    source.error(place.key ?? place.start, {
      code: 'unused-place',
      message: 'with `dpop.required` every token has to come in `Authorization`, so that nobody could use this',
      hint: 'take it away, or `required: true` of `schemes.dpop`',
    })
  }
}

function checkNonce(nonce: Located | undefined, source: Source): void {
  if (!isMap(nonce)) return
  refuseBoth(nonce, source, { members: ['secret', 'secretFile'], accepted: NONCE_SECRET_ACCEPTED })
  if (nonce.members.has('secret') || nonce.members.has('secretFile')) return
  source.error(nonce.key ?? nonce.start, {
    code: 'no-nonce-secret',
    message: '`nonce` has neither `secret` nor `secretFile`',
    hint: `pass ${NONCE_SECRET_ACCEPTED}`,
  })
}
