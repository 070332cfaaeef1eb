import { basic, bearer, filled, PATIENT, PERMISSIONS, PLAIN, schemes } from './configurations.ts'
import type { GatewaySetup } from './setup.ts'

/** Under which clients know the API, wherever it is served: `htu` is compared with this. */
export const ORIGIN = 'https://api.example'

export const NONCES = { secret: 'the secret of nonces in this suite', lifetime: 86_400 } as const

const dpop = (...members: readonly string[]): string =>
  `  dpop: { origin: '${ORIGIN}', algorithms: [ES256, EdDSA]${members.map((member) => `, ${member}`).join('')} }`
const ALONE = 'required: true'
const NONCE = `nonce: { secret: '${NONCES.secret}', lifetime: ${NONCES.lifetime} }`

const setupWith = (more: readonly string[], ...lines: Parameters<typeof schemes>[0]): GatewaySetup => ({
  sections: schemes(lines, [PATIENT, ...more]),
  api: [...PLAIN, ...PERMISSIONS, `  - { path: '/bound/{id}', bound: true }`],
  fill: filled,
})

const setup = (...lines: Parameters<typeof schemes>[0]): GatewaySetup => setupWith([], ...lines)

export const dpopSetup = setup(bearer, dpop(ALONE))
export const dpopAndBearerSetup = setup(bearer, dpop())
export const dpopBearerBasicSetup = setup(basic, bearer, dpop())
export const nonceSetup = setup(bearer, dpop(ALONE, NONCE))
export const nonceAndBearerSetup = setup(bearer, dpop(NONCE))
/** One that has room for a single proof. */
export const smallMemorySetup = setup(bearer, dpop(ALONE, 'replays: 1'))
/** One that takes tokens which are bound to a certificate as well. */
export const twofoldSetup = setupWith(['network: { trustedProxies: [127.0.0.1], clientCertificates: { form: client-cert } }'], bearer, dpop(ALONE))
