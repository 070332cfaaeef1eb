import { withFields, withQuery, type Footing } from '../attack.ts'
import { credentialProbe, failure, type Attempt } from '../probe.ts'

/** Sends credentials that are empty. */
export const credEmpty = credentialProbe('CRED-EMPTY', {
  risk: 80,
  sends: 'with an empty token, an empty password, an empty key, an empty cookie',
  attempts: (footing) => empties(footing),
  fault: failure('medium'),
})

function empties({ request, credentials }: Footing): readonly Attempt[] {
  const { kind, fields, value, query } = credentials
  const authorization = (text: string, name: string): Attempt => ({ name, request: withFields(request, ['Authorization', text]) })
  if (kind === 'bearer' || kind === 'dpop')
    return [
      authorization('Bearer', 'the scheme alone'),
      authorization('Bearer ', 'an empty token'),
      authorization('Bearer null', 'the token `null`'),
      authorization('Bearer undefined', 'the token `undefined`'),
    ]
  if (kind === 'basic')
    return [
      authorization('Basic', 'the scheme alone'),
      authorization('Basic ', 'empty credentials'),
      authorization('Basic Og==', 'an empty name with an empty password'),
    ]
  const blank = fields.map(([name, text]): [string, string] => [name, value === '' ? '' : text.replace(value, '')])
  return [
    ...(blank.length === 0 ? [] : [{ name: `an empty ${kind === 'cookie' ? 'cookie' : 'key'}`, request: withFields(request, ...blank) }]),
    ...(query === undefined ? [] : [{ name: 'an empty key', request: withQuery(request, ...query.map(([name]): [string, string] => [name, ''])) }]),
  ]
}
