import type { NonEmpty } from '@countersign/core'
import type { Checker } from '../check.ts'
import { isOrigin } from '../origin.ts'

/** The option `origin`: the origin, or origins, under which clients know a server; nothing if that of the request counts. */
export function readOrigins(origin: string | NonEmpty<string> | undefined, check: Checker): readonly string[] | undefined {
  if (origin === undefined) return undefined
  const origins: readonly string[] = [origin].flat()
  if (origins.length === 0 || !origins.every((one) => isOrigin(one) && /^https?:/.test(one)))
    check.refuse('origin', origin, 'the origin that clients use, such as `https://api.example`, without a path')
  return origins
}
