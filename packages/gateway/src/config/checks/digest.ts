import { find, isMap, type Located } from '../located.ts'
import { USER_HASH_ACCEPTED } from '../schema/digest-section.ts'
import { NONCE_SECRET_ACCEPTED } from '../schema/dpop-section.ts'
import type { Source } from '../source.ts'
import { refuseBoth } from './gateway.ts'

/** `schemes.digest`: names with a hash each, and a secret for nonces. */
export function checkDigest(root: Located, source: Source): void {
  const digest = find(root, ['schemes', 'digest'])
  if (!isMap(digest)) return
  refuseBoth(digest, source, { members: ['secret', 'secretFile'], accepted: NONCE_SECRET_ACCEPTED })
  if (!digest.members.has('secret') && !digest.members.has('secretFile'))
    source.error(digest.key ?? digest.start, {
      code: 'no-nonce-secret',
      message: '`digest` has neither `secret` nor `secretFile`',
      hint: `pass ${NONCE_SECRET_ACCEPTED}`,
    })
  const users = digest.members.get('users')
  if (!isMap(users)) return
  if (users.members.size === 0)
    source.error(users.key ?? users.start, {
      code: 'no-users',
      message: '`digest.users` is empty, so that no response could be right',
      hint: 'name somebody, with `hash` or `hashFile`',
    })
  for (const [name, user] of users.members) checkUser(name, user, source)
}

function checkUser(name: string, user: Located, source: Source): void {
  const at = user.key ?? user.start
  // With a colon, `a:b` of one realm would be `a` of another (RFC 7616 section 3.4.2).
  if (!/^[^:\p{Cc}]{1,256}$/u.test(name) || name.normalize('NFC') !== name)
    source.error(at, {
      code: 'wrong-user',
      message: 'nobody could come under this name',
      hint: 'pass 1 to 256 characters in Normalization Form C, without colons and control characters',
    })
  if (!isMap(user)) return
  refuseBoth(user, source, { members: ['hash', 'hashFile'], accepted: USER_HASH_ACCEPTED })
  if (!user.members.has('hash') && !user.members.has('hashFile'))
    source.error(at, { code: 'no-user-hash', message: 'this name has neither `hash` nor `hashFile`', hint: `pass ${USER_HASH_ACCEPTED}` })
}
