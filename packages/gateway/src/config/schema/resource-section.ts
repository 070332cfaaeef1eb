import * as v from 'valibot'
import { isTrustworthy, readUrl } from './addresses.ts'
import { list, members } from './complaint.ts'
import { scopeName, words } from './names.ts'
import { text } from './values.ts'

/** `resource`: what clients are told about this API (RFC 9728). */

const ACCEPTED = 'an address such as `https://api.example`, without a fragment, written as browsers write it; http only on the loopback interface'

const address = (about: string) => text({ about, accepted: ACCEPTED, code: 'wrong-url', test: isIdentifier })

/** Clients compare it as a text, so other spellings of the same address are mistakes (RFC 9728 section 3.3). */
function isIdentifier(input: string): boolean {
  const url = readUrl(input)
  if (url === undefined || !isTrustworthy(url) || url.username !== '' || url.password !== '' || input.includes('#')) return false
  return url.href === input || url.href === `${input}/`
}

const page = (about: string) =>
  text({
    about,
    accepted: 'the address of a page, such as `https://api.example/docs`',
    code: 'wrong-url',
    test: (input) => readUrl(input)?.protocol === 'https:',
  })

/** Everything else in the document is known from `schemes`. */
export const resourceSection = members(
  'What clients are told about this API: where they get tokens. It is served under `/.well-known/oauth-protected-resource`, and every challenge names it.',
  {
    identifier: address('The address that clients know this API by.'),
    authorizationServers: v.optional(
      list(
        'Whom clients go to for tokens. By default all issuers of `schemes.bearer`.',
        text({ about: '', accepted: ACCEPTED, code: 'wrong-url', test: isIssuer }),
      ),
    ),
    scopes: v.optional(list('Scopes that clients may want to ask for.', scopeName('')), []),
    name: v.optional(words('What people are shown.', 'a name')),
    documentation: v.optional(page('A page for developers.')),
    policy: v.optional(page('A page that says how data may be used.')),
    terms: v.optional(page('A page with the terms of service.')),
  },
)

function isIssuer(input: string): boolean {
  const url = readUrl(input)
  return url !== undefined && isTrustworthy(url) && url.hash === ''
}
