import { withFields, type Footing } from '../attack.ts'
import { credentialProbe, failure, type Attempt } from '../probe.ts'
import { encoded } from '../tokens/jws.ts'

/** Sends credentials that no client would, and looks whether the server fails. */
export const rob500 = credentialProbe('ROB-500', {
  risk: 38,
  sends: 'with credentials that no client would send',
  attempts: (footing) => odd(footing),
  fault: failure('medium'),
})

function odd({ request }: Footing): readonly Attempt[] {
  const authorization = (text: string, name: string): Attempt => ({ name, request: withFields(request, ['Authorization', text]) })
  const token = (header: unknown, claims: unknown): string => `Bearer ${encoded(header)}.${encoded(claims)}.AA`
  return [
    authorization(',', 'a comma alone'),
    authorization('=', 'an equals sign alone'),
    authorization('Unknown-Scheme xyz', 'a scheme that nobody knows'),
    authorization('Bearer realm="x", token="y"', 'parameters in place of a token'),
    authorization(token({}, {}), 'a token with an empty header'),
    authorization(token({ alg: 7, kid: ['a'] }, { sub: {}, exp: 'soon' }), 'a token whose members are of other types'),
    authorization(token({ alg: 'RS256', kid: '__proto__' }, { sub: 'x' }), 'a token with the key id `__proto__`'),
  ]
}
