import { AUDIENCE } from '../fixtures/world.ts'
import { basic, bearer, filled, PLAIN, schemes } from './configurations.ts'
import type { GatewaySetup } from './setup.ts'

/** A gateway that asks an authorization server of its own. */
export function introspectionSetup(start: NonNullable<GatewaySetup['beside']>, timeLimit: number): GatewaySetup {
  const endpoint = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}/introspect`
  return {
    sections: schemes([
      ({ beside }) =>
        `  bearer: { introspection: { endpoint: '${endpoint(beside?.port)}', client: { id: api, secret: secret }, audience: '${AUDIENCE}', timeLimit: ${timeLimit} } }`,
    ]),
    api: PLAIN,
    beside: start,
  }
}

/** A gateway that takes tokens in forms and in the query as well. */
export const elsewhereSetup: GatewaySetup = {
  sections: schemes([(ground) => `${bearer(ground)}\n    alsoInForm: {}\n    alsoInLoggedQuery: true`]),
  api: PLAIN,
  fill: filled,
}

const BEHIND_PROXY = 'trustedProxies: [127.0.0.1]'

export const boundSetup: GatewaySetup = {
  sections: schemes([bearer], [`network: { ${BEHIND_PROXY}, clientCertificates: { form: client-cert } }`]),
  api: PLAIN,
}

/** A gateway behind a proxy that has verified the certificates, and knows one of them. */
export function certificateSetup(name: string): GatewaySetup {
  return {
    sections: schemes(
      [`  clientCertificate: { holders: [{ name: '${name}', subject: mtls }] }`],
      [`network: { ${BEHIND_PROXY}, clientCertificates: { form: client-cert, verifiedByProxy: true } }`],
    ),
    api: PLAIN,
  }
}

/** Without anybody who has verified them it does not start. */
export const unverifiedSetup: GatewaySetup = {
  ...boundSetup,
  sections: schemes(
    [`  clientCertificate: { holders: [{ name: CN=mtls, subject: mtls }] }`],
    [`network: { ${BEHIND_PROXY}, clientCertificates: { form: client-cert } }`],
  ),
}

export const hiddenSetup: GatewaySetup = {
  sections: schemes([bearer, basic]),
  api: ['routes:', `  - { path: '/hidden/{id}', roles: [admin], unprobeable: true }`, `  - { path: '/secret/{id}', unprobeable: true }`],
  fill: filled,
}
