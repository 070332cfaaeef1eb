import { withFields } from '../attack.ts'
import { credentialProbe } from '../probe.ts'
import type { Run } from '../../run.ts'

const NAMES = ['token', 'access_token', 'jwt', 'auth', 'authorization', 'Authorization', 'session', 'sessionid', 'id_token', 'api_key']

/** Sends good secrets in cookies, all usual names at once. */
export const credInCookie = credentialProbe('CRED-IN-COOKIE', {
  risk: 40,
  kinds: ['bearer', 'apiKey'],
  sends: `with the secret in the cookies ${NAMES.join(', ')}`,
  attempts: ({ request, credentials }, run) => {
    const names = NAMES.filter((name) => !isDeclared(name, run))
    const cookies = names.map((name) => `${name}=${credentials.value}`).join('; ')
    return [{ name: `a secret in a cookie, under one of ${names.join(', ')}`, request: withFields(request, ['Cookie', cookies]) }]
  },
})

function isDeclared(name: string, { document }: Run): boolean {
  return document.securitySchemes.some(({ in: place, parameter }) => place === 'cookie' && parameter === name)
}
