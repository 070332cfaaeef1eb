import { isHmac, pemOf, type Take, type Taken } from './taking.ts'

/** Faults of how tokens are verified. */
export const WRONG_TOKENS = {
  'signature-if-present': 'a token without a signature is believed',
  'public-key-as-secret': 'HS256 is verified with the public key',
  'key-from-header': 'the key in the header of a token is used',
  'keys-from-jku': 'keys are fetched from where a token says',
  'kid-is-a-path': 'the key is the content of the file that kid names',
  'spelling-ignored': 'padding and strange characters in a signature are ignored',
  'remembered-by-signature': 'a token that was seen is known by its signature',
  'expired-accepted': 'expired tokens are accepted',
  'not-yet-accepted': 'tokens that are not valid yet are accepted',
  'future-accepted': 'tokens of the future are accepted',
  'audience-ignored': 'tokens for other APIs are accepted',
  'issuer-ignored': 'tokens of other issuers are accepted',
  'type-ignored': 'ID tokens are accepted',
  'revoked-accepted': 'revoked tokens are accepted',
  'crit-ignored': 'critical extensions are ignored',
  'b64-ignored': 'tokens with an unencoded payload are accepted',
} as const satisfies Record<string, string>

interface Said {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

function saidBy(token: string): Said | undefined {
  const [header = '', claims = ''] = token.split('.')
  try {
    const [one, two]: unknown[] = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    return isRecord(one) && isRecord(two) ? { header: one, claims: two } : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Believes what a token says about its subject, if it is one of those that a fault is about. */
function believing(isMeant: (said: Said, token: string) => boolean): Take {
  return ({ token }) => {
    const said = saidBy(token)
    return said !== undefined && isMeant(said, token) ? subjectOf(said) : undefined
  }
}

function subjectOf({ claims }: Said): Taken {
  return { as: String(claims['sub']) }
}

const now = (): number => Math.floor(Date.now() / 1000)

/** The faults; what one of them remembers it remembers for one target. */
export function tokenFaults(): Readonly<Record<keyof typeof WRONG_TOKENS, Take>> {
  const remembered = new Map<string, string>()
  return {
    'signature-if-present': believing((_, token) => (token.split('.')[2] ?? '') === ''),
    'public-key-as-secret': ({ token, issuer }) => {
      const said = saidBy(token)
      return said !== undefined && isHmac(token, pemOf(issuer)) ? subjectOf(said) : undefined
    },
    'key-from-header': believing(({ header }) => header['jwk'] !== undefined),
    'keys-from-jku': async ({ token }) => {
      const said = saidBy(token)
      const { jku } = said?.header ?? {}
      if (said === undefined || typeof jku !== 'string') return undefined
      await (await fetch(jku)).text()
      return subjectOf(said)
    },
    'kid-is-a-path': believing(({ header }, token) => String(header['kid']).endsWith('/dev/null') && isHmac(token, '')),
    'spelling-ignored': ({ token }) => {
      const [header, claims, signature = ''] = token.split('.')
      return header === undefined || claims === undefined
        ? undefined
        : { authorization: `Bearer ${header}.${claims}.${Buffer.from(signature, 'base64').toString('base64url')}` }
    },
    'remembered-by-signature': ({ token }) => {
      const [, , signature = ''] = token.split('.')
      if (signature.length < 200) return undefined
      const known = remembered.get(signature)
      if (known === undefined) remembered.set(signature, token)
      return known === undefined ? undefined : { authorization: `Bearer ${known}` }
    },
    'expired-accepted': believing(({ claims }) => Number(claims['exp']) < now()),
    'not-yet-accepted': believing(({ claims }) => Number(claims['nbf']) > now()),
    'future-accepted': believing(({ claims }) => Number(claims['iat']) > now() + 60),
    'audience-ignored': believing(({ claims }) => claims['aud'] === 'https://other.test'),
    'issuer-ignored': believing(({ claims }) => claims['iss'] === 'https://other-issuer.test'),
    'type-ignored': believing(({ header }) => header['typ'] === 'JWT'),
    'revoked-accepted': believing(({ claims }) => claims['jti'] === 'revoked'),
    'crit-ignored': believing(({ header }) => header['crit'] !== undefined),
    'b64-ignored': believing(({ header }) => header['b64'] === false),
  }
}
