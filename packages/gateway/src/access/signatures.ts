import type { AnyScheme } from '@countersign/core'
import { messageSignature, type ReplayStore, type SignatureKey } from 'countersign'
import type { SignatureConfig } from '../config/caller-config.ts'
import { nonEmpty } from './non-empty.ts'

/** The scheme of signed requests over the keys of a configuration. Where there is one key, challenges name it. */
export function signatureScheme({ keys, components, origin, replays, ...rest }: SignatureConfig, memory: (size: number) => ReplayStore): AnyScheme {
  const known = new Map<string, SignatureKey>(
    keys.map(({ keyid, algorithm, jwk, subject, roles, scopes }) => [keyid, { algorithm, jwk, principal: { subject, roles, scopes } }]),
  )
  const [only, second] = keys
  return messageSignature({
    ...rest,
    keys: (keyid) => known.get(keyid),
    components: nonEmpty(components, 'components'),
    origin: nonEmpty(origin, 'origin'),
    ...(only === undefined || second !== undefined ? {} : { keyid: only.keyid }),
    ...(replays === undefined ? {} : { replays: memory(replays) }),
  })
}
