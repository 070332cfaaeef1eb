import { fieldsWith, waysIn, withFields, withQuery, type Footing } from '../attack.ts'
import { credentialProbe, type Attempt } from '../probe.ts'
import { partsOf, encoded } from '../tokens/jws.ts'
import type { Run } from '../../run.ts'

/** Sends random credentials of the right shape to every protected operation. */
export const credGarbage = credentialProbe('CRED-GARBAGE', {
  risk: 95,
  ways: waysIn,
  sends: 'with random credentials of the right shape',
  attempts: (footing, run) => random(footing, run),
  uncontrolled: true,
  accepts: 'lets in whoever comes with',
})

function random({ request, credentials, operation, persona }: Footing, run: Run): readonly Attempt[] {
  const text = run.marker(`garbage ${operation.key}`)
  const { kind, value, query = [] } = credentials
  if (kind === 'basic') {
    const user = value.split(':', 1)[0] ?? ''
    const basic = (pair: string): readonly [string, string] => ['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]
    // A real name is used seldom, so that nobody is locked out.
    const real = run.cells.find((cell) => cell.persona.name === persona.name && cell.observed?.class === 'granted')?.operation.key === operation.key
    return [
      { name: 'a random name and password', request: withFields(request, basic(`${text}:${text}`)) },
      ...(real ? [{ name: 'a wrong password', request: withFields(request, basic(`${user}:${text}`)) }] : []),
    ]
  }
  if (kind === 'certificate' || kind === 'other') return []
  const token = partsOf(value)
  const shaped = token && `${encoded({ ...token.header })}.${encoded({ ...token.claims, sub: text })}.${run.marker('signature')}${run.marker('more')}`
  const attempt = (secret: string, name: string): Attempt => ({
    name,
    request: withQuery(withFields(request, ...fieldsWith(credentials, secret)), ...query.map(([parameter]): [string, string] => [parameter, secret])),
  })
  return [attempt(text, 'random text'), ...(shaped === undefined ? [] : [attempt(shaped, 'a token that nobody signed')])]
}
