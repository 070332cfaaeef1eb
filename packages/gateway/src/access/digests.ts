import type { Scheme } from '@countersign/core'
import { digest, type DigestAccount, type PresentedDigest, type ReplayStore } from 'countersign'
import type { DigestConfig } from '../config/caller-config.ts'

/** The scheme of passwords that are proven and not sent, over the names of a configuration. */
export function digestScheme({ users, realm, algorithm, secret, lifetime, contentLimit }: DigestConfig, replays: ReplayStore): Scheme<PresentedDigest> {
  const known = new Map<string, DigestAccount>(users.map(({ name, hash, ...holder }) => [name, { ...holder, ha1: { [algorithm]: hash } }]))
  return digest({
    secret,
    lifetime,
    replays,
    algorithms: [algorithm],
    // Clients may send a name in another form than it is written here (RFC 7616 section 4).
    lookup: (user) => known.get(user.normalize('NFC')),
    ...(realm === undefined ? {} : { realm }),
    ...(contentLimit === undefined ? {} : { contentLimit }),
  })
}
