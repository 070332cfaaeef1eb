import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TestIssuer } from 'countersign/testing'
import type { AuditConfig } from '../../src/config/config.ts'
import type { Persona } from '../../src/persona.ts'
import type { FaultName } from './faults.ts'
import { crossOrigin, PAGES } from './cors.ts'
import { createIssuer, createPersonas, type PartyName } from './parties.ts'
import { routesOf } from './routes.ts'
import { createTargetGuard } from './schemes.ts'
import { createListener } from './server.ts'
import { createState } from './state.ts'
import { requestFaults } from './wrong-requests.ts'

export type { FaultName } from './faults.ts'

/** The OpenAPI document of the target. */
export const DOCUMENT = fileURLToPath(new URL('openapi.yaml', import.meta.url))

/** A running orders API. */
export interface Target {
  readonly url: string
  readonly personas: Readonly<Record<PartyName, Persona>>
  /** What an auditor is told: `alice`, `bob`, `olga` and `sam` are asked for by `everyday`. */
  readonly config: AuditConfig
  /** Makes tokens that the target must refuse. */
  readonly issuer: TestIssuer
  /** Two customers, the administrator, the support. */
  readonly everyday: readonly Persona[]
  /** The same for the same content. */
  stateHash(): string
  reset(): void
  /** Request lines that arrived, with the names of their callers where a token says it. */
  readonly seen: readonly string[]
  close(): Promise<void>
}

// RSA keys take their time, and every target may have the same.
const issuing = createIssuer()

/** Starts the target, right or with faults. */
export async function startTarget(...faults: readonly FaultName[]): Promise<Target> {
  const issuer = await issuing
  const state = createState()
  const wrong = new Set(faults)
  const seen: string[] = []
  const documents = new Map([['/.well-known/jwks.json', issuer.keySet]])
  const listener = createListener({ guard: createTargetGuard(issuer, wrong), routes: routesOf(state, wrong), state, faults: wrong, documents })
  const personas = createPersonas(issuer)
  const tokenOf = async (name: string): Promise<string | undefined> =>
    (
      await Object.values(personas)
        .find((one) => one.name === name)
        ?.credentials()
    )?.value
  const misjudged = requestFaults({ faults: wrong, issuer, tokenOf })
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    if (crossOrigin(request, response, wrong)) return
    void misjudged(request, response).then((isAnswered) => (isAnswered ? undefined : listener(request, response)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    personas,
    issuer,
    config: configFor(url),
    everyday: [personas.alice, personas.bob, personas.olga, personas.sam],
    stateHash: () => state.hash(),
    reset: () => state.reset(),
    seen,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What the rules are that the document cannot say, as `audit.yaml` would. */
function configFor(url: string): AuditConfig {
  return {
    target: url,
    openapi: DOCUMENT,
    personas: [],
    resources: [
      {
        item: '/orders/{id}',
        owner: ['customer'],
        shared: false,
        readers: ['support', 'admin'],
        editors: ['admin'],
        objects: { alice: [{ id: 'order-alice' }], bob: [{ id: 'order-bob' }] },
      },
      {
        item: '/orders/{id}/items/{itemId}',
        owner: [],
        shared: false,
        readers: ['support', 'admin'],
        editors: ['admin'],
        objects: { alice: [{ id: 'order-alice', itemId: 'item-alice' }], bob: [{ id: 'order-bob', itemId: 'item-bob' }] },
      },
    ],
    public: [],
    neverTouch: [],
    accepted: [],
    mode: 'safe',
    rate: 0,
    parallel: 2,
    maxRequests: 5000,
    timeLimit: 10,
    failOn: { level: 'strong', severity: 'medium' },
    privateMembers: ['margin'],
    origins: [PAGES],
  }
}
