import { withFields, type Footing } from '../attack.ts'
import { credentialProbe, type Attempt, type Fault } from '../probe.ts'
import type { Observation } from '../../observation.ts'

/** Sends credentials that cannot be read. */
export const credMalformed = credentialProbe('CRED-MALFORMED', {
  risk: 70,
  kinds: ['bearer', 'basic', 'dpop'],
  sends: 'with base64 that is none, without a colon, with parts missing',
  attempts: (footing) => malformed(footing),
  fault: (observed) => unfit(observed),
})

function malformed({ request, credentials: { kind } }: Footing): readonly Attempt[] {
  const authorization = (text: string, name: string): Attempt => ({ name, request: withFields(request, ['Authorization', text]) })
  if (kind === 'basic')
    return [
      authorization('Basic !!!!', 'text that is no base64'),
      authorization('Basic bm9jb2xvbg==', 'a name without a colon'),
      authorization('Basic AA==', 'a control byte'),
      authorization('Basic /////w==', 'bytes that are no UTF-8'),
    ]
  return [
    authorization('Bearer a.b', 'a token of two parts'),
    authorization('Bearer a.b.c', 'a token whose parts are no JSON'),
    authorization('Bearer W10.W10.AA', 'a token whose parts are lists'),
    authorization('Bearer bnVsbA.bnVsbA.AA', 'a token whose parts are null'),
    authorization('Bearer a b', 'two tokens'),
    authorization('Bearer %00', 'characters that no token has'),
  ]
}

/** 400 and 401 are both right. */
function unfit({ class: answer, exchange }: Observation): Fault | undefined {
  if (answer === 'broken' && exchange.response !== undefined) return { says: 'fails at', severity: 'medium' }
  return answer === 'denied-authz' ? { says: 'answers 403, as if the caller were known, to', severity: 'low' } : undefined
}
