import { withFields, type Footing } from '../attack.ts'
import { credentialProbe, type Attempt } from '../probe.ts'

/** Sends good secrets under schemes that are not theirs. */
export const credWrongScheme = credentialProbe('CRED-WRONG-SCHEME', {
  risk: 45,
  kinds: ['bearer', 'basic', 'apiKey'],
  sends: 'with the secret under another scheme',
  attempts: (footing) => disguised(footing),
})

function disguised({ request, credentials: { kind, value } }: Footing): readonly Attempt[] {
  const basic = Buffer.from(value).toString('base64')
  const authorization = (text: string, name: string): Attempt => ({ name, request: withFields(request, ['Authorization', text]) })
  if (kind === 'bearer')
    return [
      authorization(`Basic ${value}`, 'the token as Basic'),
      authorization(`Token ${value}`, 'the token as `Token`'),
      authorization(value, 'the token without a scheme'),
    ]
  if (kind === 'basic')
    return [authorization(`Bearer ${basic}`, 'name and password as Bearer'), authorization(`Basic ${value}`, 'name and password without their encoding')]
  return [authorization(`Bearer ${value}`, 'the key as Bearer'), authorization(value, 'the key without a scheme')]
}
