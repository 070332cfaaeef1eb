import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gateway } from '@countersign/gateway'
import { textOf } from '../application.ts'
import type { Handles } from '../situations.ts'
import { ACTOR, bearer, filled, PATIENT, PERMISSIONS, PLAIN, schemes } from './configurations.ts'
import type { Behind, GatewaySetup } from './setup.ts'

export const SESSION_SECRET: string = Buffer.alloc(32, 7).toString('base64')
export const LOGIN = '/login'
/** Who has no sessions any more. */
export const LOGGED_OUT = 'logged-out'

const session = `  session: { secrets: ['${SESSION_SECRET}'], login: ${LOGIN}, idle: 30m }`

async function loggedOut(gateway: Gateway): Promise<Handles> {
  await gateway.store.revocations.revokeSubject(LOGGED_OUT, Math.ceil(Date.now() / 1000) + 86_400, ACTOR)
  return filled(gateway)
}

export const sessionSetup: GatewaySetup = { sections: schemes([session]), api: [...PLAIN, ...PERMISSIONS], fill: loggedOut }
export const sessionAndBearerSetup: GatewaySetup = { sections: schemes([bearer, session]), api: [...PLAIN, ...PERMISSIONS], fill: loggedOut }

/** What the signatures of the suite are made with. */
export interface SigningSite {
  readonly keyid: string
  readonly tag: string
  readonly origin: string
  /** The key of the client, a JSON Web Key. */
  readonly jwk: object
}

const SIGNED_DOCUMENT = `openapi: 3.1.0
info: { title: Orders, version: '1' }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    signed: { type: http, scheme: signature }
paths:
  /orders/{id}:
    get: { security: [{ token: [], signed: [] }] }
    post: { security: [{ token: [], signed: [] }] }
    put: { security: [{ token: [], signed: [] }] }
`

/** A gateway for a token together with a signature that covers it. Of several keys, challenges name none. */
export function signatureSetup(
  { keyid, tag, origin, jwk }: SigningSite,
  { alone = false, more = '' }: { readonly alone?: boolean; readonly more?: string } = {},
): GatewaySetup {
  const other = alone ? '' : `, other: { algorithm: ecdsa-p256-sha256, keyFile: ./client.json, subject: other }`
  const keys = `{ ${keyid}: { algorithm: ecdsa-p256-sha256, keyFile: ./client.json, subject: shop }${other} }`
  const signature = `  signature: { keys: ${keys}, components: ['@method', '@target-uri', authorization, content-digest], tag: ${tag}, origin: '${origin}', contentLimit: 10000${more} }`
  return {
    sections: schemes([bearer, signature], [PATIENT]),
    openapi: SIGNED_DOCUMENT,
    files: (folder) => writeFile(join(folder, 'client.json'), JSON.stringify(jwk)),
    behind: (request, response) => void showContent(request, response),
    fill: filled,
  }
}

async function showContent(...[request, response]: Parameters<Behind>): Promise<void> {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ content: await textOf(request) }))
}

/** What the digests of the suite are made with. */
export interface DigestSite {
  readonly user: string
  readonly hash: string
  readonly secret: string
  /** Seconds. */
  readonly lifetime: number
}

/** A gateway that knows one name, whose password is proven. */
export function digestSetup({ user, hash, secret, lifetime }: DigestSite): GatewaySetup {
  const digest = `  digest: { users: { ${user}: { hash: '${hash}' } }, secret: '${secret}', lifetime: ${lifetime} }`
  return { sections: schemes([digest], [PATIENT]), api: PLAIN }
}
