import { isToken, Secret } from '@countersign/core'
import type { CredentialSource } from '../source.ts'
import { coverOf, type Space } from '../space.ts'

export interface ApiKeySourceOptions {
  readonly at: Space | readonly Space[]
  readonly realm?: string
  /** The name of the field that carries the key, such as `x-api-key`. */
  readonly header: string
  readonly key: string
  /** What the server calls it in challenges. Default `ApiKey`; no name is registered. */
  readonly name?: string
}

/** A key in a field of its own. Throws a `TypeError` for what a field cannot carry. */
export function apiKey({ at, realm, header, key, name = 'ApiKey' }: ApiKeySourceOptions): CredentialSource {
  if (!isToken(header)) throw new TypeError('option `header` of apiKey() is no name of a field, such as `x-api-key`')
  if (!/^[\x21-\x7E]+$/.test(key)) throw new TypeError('option `key` of apiKey() is empty, or has white space or other characters than visible ASCII')
  const value = new Secret(key)
  return {
    scheme: name,
    strength: 20,
    ...(realm === undefined ? {} : { realm }),
    covers: coverOf(at, 'option `at` of apiKey()'),
    present: () => ({ fields: [[header, value.reveal()]] }),
  }
}
