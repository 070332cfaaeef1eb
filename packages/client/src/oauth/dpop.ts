import { keep } from '../clock.ts'
import type { CredentialSource } from '../source.ts'
import { coverOf, type Space } from '../space.ts'
import { TokenKeeper, type KeeperOptions } from '../tokens/keeper.ts'
import { proofKey, proofOf } from './proof.ts'

export interface DpopSourceOptions extends Omit<KeeperOptions, 'share'> {
  readonly at: Space | readonly Space[]
  readonly realm?: string
  /** An ES256 key pair that is kept elsewhere. Default: a new one, whose private half cannot be exported. */
  readonly key?: CryptoKeyPair
}

/**
 * Tokens that are bound to a key, each sent with a proof of it.
 *
 * Nonces are kept for each origin; the time of a proof is that of the server as far as it is known. RFC 9449.
 */
export function dpop(options: DpopSourceOptions): CredentialSource {
  const { at, realm, key } = options
  let pair: Promise<CryptoKeyPair> | undefined
  const keyPair = (): Promise<CryptoKeyPair> => (pair ??= key === undefined ? proofKey() : Promise.resolve(key))
  const keeper = new TokenKeeper(options, 'DPoP', keyPair)
  const nonces = new Map<string, string>()
  return {
    scheme: 'DPoP',
    strength: 40,
    ...(realm === undefined ? {} : { realm }),
    covers: coverOf(at, 'option `at` of dpop()'),
    async present(call) {
      const token = await keeper.current(call)
      const proof = await proofOf(await keyPair(), { ...call, token: token.value.reveal(), nonce: nonces.get(call.url.origin) })
      return {
        fields: [
          ['authorization', `DPoP ${token.value.reveal()}`],
          ['dpop', proof],
        ],
        used: token,
      }
    },
    learn(headers, { url }) {
      const nonce = headers.get('dpop-nonce')
      if (nonce !== null && /^[\x21\x23-\x5B\x5D-\x7E]{1,1024}$/.test(nonce)) keep(nonces, url.origin, nonce)
    },
    accepted: ({ used }) => keeper.accept(used),
    // A new proof has another identifier, the last nonce and the time of the server; the token stays.
    answer: async (refused, call) => (refused.remedy.action === 'prove' && refused.presentation !== undefined) || keeper.answer(refused, call),
  }
}
