import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TestIssuer } from 'countersign/testing'

/** What all faults may use. */
export interface Surroundings {
  /** Those that are on. */
  readonly faults: ReadonlySet<string>
  readonly issuer: TestIssuer
  /** A good token of somebody the target knows. */
  tokenOf(name: string): Promise<string | undefined>
}

/** What a fault looks at. */
export interface Taking extends Surroundings {
  readonly request: IncomingMessage
  readonly authorization: readonly string[]
  /** The text behind the scheme of the first Authorization line. */
  readonly token: string
  readonly path: string
  readonly query: URLSearchParams
}

/** What a fault makes of a request. */
export interface Taken {
  /** Whom it is taken for. */
  readonly as?: string
  readonly authorization?: string
  readonly url?: string
  readonly method?: string
  /** The status with which everything is answered. */
  readonly status?: number
  readonly reply?: { readonly status: number; readonly body?: unknown }
}

export type Take = (taking: Taking) => Taken | undefined | Promise<Taken | undefined>

/** Somebody who may do everything. */
export const ADMIN: Taken = { as: 'olga' }

/** A public key of the issuer as PEM. */
export function pemOf({ keySet }: TestIssuer): string {
  const key = createPublicKey({ key: { ...keySet.keys[0] } as JsonWebKey, format: 'jwk' })
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

export function isHmac(token: string, secret: string): boolean {
  const [header = '', claims = '', signature] = token.split('.')
  return createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url') === signature
}
