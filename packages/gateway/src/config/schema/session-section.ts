import * as v from 'valibot'
import { isToken } from '@countersign/core'
import { list, members, oneOrMany } from './complaint.ts'
import { filePath } from './names.ts'
import { origin, secret } from './scheme-values.ts'
import { choice, duration, text } from './values.ts'

/** `schemes.session`: sessions that the application behind the gateway begins and ends. */

export const SESSION_SECRET_ACCEPTED = '32 random bytes in base64, such as the output of `openssl rand -base64 32`'

export function isSessionSecret(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=?$/.test(value)
}

/** The secrets in a file, one a line. */
export function sessionSecrets(content: string): readonly string[] {
  return content.split(/\r?\n/)
}

export const session = members(
  'Sessions in an encrypted cookie, which the application behind the gateway begins and ends with `session()` of the library and the same secrets.',
  {
    secrets: v.optional(
      oneOrMany(
        'What cookies are encrypted with: the current secret, behind it older ones whose sessions go on. Better from the environment: `${NAME}`.',
        secret('', SESSION_SECRET_ACCEPTED, isSessionSecret),
      ),
    ),
    secretsFile: v.optional(filePath('A file with the secrets, one a line.')),
    login: v.optional(
      text({
        about: 'Where people log in; it gets the parameter `return_to`. Without it browsers are answered like programs.',
        accepted: 'a path such as `/login`, or an http or https address',
        test: (input) => (/^\/(?![/\\])/.test(input) || /^https?:\/\//.test(input)) && !/[\s\p{Cc}]/u.test(input) && URL.canParse(input, 'http://here.invalid'),
      }),
    ),
    idle: v.optional(duration({ about: 'For how long a session goes on without a request.', from: 10, to: 31_536_000 }), '30m'),
    absolute: v.optional(duration({ about: 'After which time a session ends, whatever happens.', from: 10, to: 31_536_000 }), '12h'),
    cookie: v.optional(
      text({
        about: 'The name of the cookie.',
        accepted: 'a name that begins with `__Host-`, which browsers hold to this host and to TLS',
        test: (input) => isToken(input) && input.length <= 64 && /^__Host-./.test(input),
      }),
      '__Host-session',
    ),
    sameSite: v.optional(choice('Whether links from other sites find people logged in (`Lax`) or not (`Strict`).', ['Lax', 'Strict']), 'Lax'),
    origins: v.optional(list('Origins, beside that of the request, whose pages may change something.', origin('https://app.example')), []),
  },
)
