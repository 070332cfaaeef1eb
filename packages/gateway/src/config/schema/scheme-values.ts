import * as v from 'valibot'
import type { Algorithm } from 'countersign'
import { leaf, oneOrMany } from './complaint.ts'
import { isOrigin, readUrl } from './addresses.ts'
import { roleName, scopeName } from './names.ts'
import { mapped, text } from './values.ts'

/** Values that several schemes have. */

// Without HS256 and its kin: shared secrets are no use where keys are published.
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const satisfies readonly Algorithm[]

export const address = (about: string) =>
  mapped({
    about,
    accepted: 'an address such as `https://id.example`; http only on the loopback interface',
    code: 'wrong-url',
    map: (input) => (isPlain(readUrl(input)) ? input : undefined),
  })

function isPlain(url: URL | undefined): boolean {
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === ''
}

export const grants = {
  roles: v.optional(oneOrMany('Roles of the holder.', roleName('')), []),
  scopes: v.optional(oneOrMany('Scopes of the holder.', scopeName('')), []),
}

/** A credential: not shown in any message. */
export const secret = (about: string, accepted: string, isFit: (value: string) => boolean) =>
  leaf<string>({
    about: `${about} Better from the environment: \`\${NAME}\`.`,
    accepted,
    json: { type: 'string' },
    read: (input) => (typeof input !== 'string' ? { code: 'wrong-type' } : isFit(input) ? { value: input } : { code: 'wrong-secret' }),
  })

/** An origin that is written as browsers send it. */
export const origin = (example: string) =>
  text({
    about: '',
    accepted: `an origin such as \`${example}\`, in lower case, without a path and a slash at its end`,
    code: 'wrong-origin',
    test: (input) => input !== '*' && isOrigin(input),
  })

/** What proofs and signatures are for. */
export const apiOrigins = v.optional(
  oneOrMany('The origins under which clients know the APIs. By default those of `hosts`, which every API must have then.', origin('https://api.example')),
)
