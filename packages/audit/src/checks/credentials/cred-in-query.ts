import { withQuery, type Footing } from '../attack.ts'
import { credentialProbe } from '../probe.ts'
import type { Run } from '../../run.ts'

const NAMES = ['access_token', 'token', 'api_key', 'apikey', 'key', 'jwt', 'auth']

/** Sends good secrets in the query, all usual names at once. */
export const credInQuery = credentialProbe('CRED-IN-QUERY', {
  risk: 40,
  kinds: ['bearer', 'apiKey'],
  sends: `with the secret as ${NAMES.join(', ')} in the query`,
  attempts: (footing, run) => {
    const names = NAMES.filter((name) => !isDeclared(name, run))
    return [{ name: `a secret in the query, under one of ${names.join(', ')}`, request: withQuery(footing.request, ...pairs(names, footing)) }]
  },
})

function pairs(names: readonly string[], { credentials }: Footing): readonly (readonly [string, string])[] {
  return names.map((name) => [name, credentials.value])
}

function isDeclared(name: string, { document }: Run): boolean {
  return document.securitySchemes.some(({ in: place, parameter }) => place === 'query' && parameter === name)
}
