import { proven } from '../fixtures/dpop.ts'
import { smallMemorySetup } from '../gateway/dpop-configurations.ts'
import { unverifiedSetup } from '../gateway/token-configurations.ts'
import type { Rows } from '../situations.ts'

/** Rows about schemes that the gateway is brought to in its own way. */
export const gatewaySchemeRows: Rows = {
  'replay-store-unavailable': [
    {
      name: 'the memory has no room for another proof',
      site: { name: 'dpop with a small memory', gateway: smallMemorySetup },
      before: async (stage) => {
        const { status } = await stage.send(await proven()(stage))
        if (status !== 200) throw new Error(`the first proof was not let in: ${status}`)
      },
      values: { seconds: '5' },
      send: proven(),
      notHead: 'the proof is for GET',
    },
  ],
  'client-certificate-unacceptable': [{ name: 'nobody would verify certificates', starts: unverifiedSetup, naming: /nobody verifies the certificates/ }],
}
