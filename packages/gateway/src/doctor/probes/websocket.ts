import { found } from '../compare.ts'
import type { Probe } from '../lab.ts'

const HANDSHAKE = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'Y291bnRlcnNpZ25kb2N0b3I='],
] as const

/** Whether a handshake is refused to nobody, as any other request is (RFC 6455 section 10.5). */
export const websocket: Probe = {
  name: 'websocket',
  about: 'a WebSocket for nobody',
  async run({ send, samples: { closed } }) {
    const { status } = await send({ path: closed.path, fields: HANDSHAKE })
    return status < 400 ? [found('websocket-open', `a handshake for ${closed.path} without credentials was answered ${status}`)] : []
  },
}
