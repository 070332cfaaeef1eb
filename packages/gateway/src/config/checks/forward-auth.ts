import { find, items, shown, textOf, type Located } from '../located.ts'
import { PROXY_SECRET_ACCEPTED } from '../schema/forward-auth-section.ts'
import type { Source } from '../source.ts'
import { refuseBoth } from './gateway.ts'

const CERTIFICATES = ['tls', 'clientCertificates'] as const

/** Whoever may ask in the name of a proxy may say who the caller is and where it comes from. */
export function checkForwardAuth(root: Located, source: Source): void {
  const section = find(root, ['forwardAuth'])
  refuseBoth(section, source, { members: ['secret', 'secretFile'], accepted: PROXY_SECRET_ACCEPTED })
  const listen = section?.members.get('listen')
  const areKnown = [listen, section?.members.get('grpc') ?? listen].every((door) => door !== undefined && find(door, [...CERTIFICATES]) !== undefined)
  const hasSecret = section?.members.get('secret') !== undefined || section?.members.get('secretFile') !== undefined
  for (const peer of items(find(root, ['forwardAuth', 'peers']))) {
    if (hasSecret || areKnown || !/\/0+$/.test(textOf(peer) ?? '')) continue
    source.warning(peer.start, {
      code: 'trusts-everybody',
      message: `${shown(peer)} is everybody, who then can ask in the name of any caller`,
      hint: 'name the addresses of your proxies, give them a `secret`, or ask for certificates in `tls.clientCertificates`',
    })
  }
}
