import { basic, guessingMemory, limitGuessing } from 'countersign'
import { plainRoutes } from '../fixtures/routes.ts'
import { guardWith } from '../fixtures/sites.ts'
import { now } from '../fixtures/world.ts'
import { guessingSetup, PASSWORD } from '../gateway/configurations.ts'
import { basicly, type Rows, type Site, type Stage, type Values, type Variant } from '../situations.ts'
import type { Received } from '../wire.ts'

/** A site of its own for every variant: what one of them fails at must not block another. Its time stands still, so that answers can be compared. */
function guessingSite(): Site {
  return {
    name: 'guessing',
    open() {
      const still = now()
      const passwords = basic({ verify: (user, password) => (user === 'olga' && password === PASSWORD ? { subject: user } : undefined) })
      const scheme = limitGuessing(passwords, {
        account: ({ user }) => user,
        // Fetch has no connections, so there all callers count as one.
        address: ({ connection }) => connection?.address ?? '192.0.2.1',
        store: guessingMemory({ failures: 3, block: 30, longest: 60 }),
      })
      return { guard: guardWith([scheme], { clock: () => still }), routes: plainRoutes() }
    },
  }
}

/** Fails so many times, each time with 401. */
function failing(user: string, times: number): (stage: Stage) => Promise<void> {
  return async (stage) => {
    for (let attempt = 0; attempt < times; attempt++) {
      const { status } = await stage.send(basicly(user, `guess ${attempt}`))
      if (status !== 401) throw new Error(`attempt ${attempt} got ${status} and not 401`)
    }
  }
}

const values = { seconds: '30' }

/** Secrets that somebody tries to guess. */
export const guessingRows: Rows = {
  'too-many-failed-attempts': [
    {
      name: 'the right password, and the same answer as for a wrong one',
      site: guessingSite(),
      before: failing('olga', 3),
      send: basicly('olga', PASSWORD),
      twin: basicly('olga', 'wrong'),
      values,
    },
    {
      name: 'a name that nobody has',
      site: guessingSite(),
      before: failing('nobody', 3),
      send: basicly('nobody', PASSWORD),
      twin: basicly('nobody', 'wrong'),
      values,
    },
    { name: 'two failures block nobody yet', site: guessingSite(), before: failing('olga', 2), send: basicly('olga', PASSWORD), passes: true },
  ],
}

/** Of a block of 1000 seconds that has begun lately. */
function read({ lines }: Received): Values {
  const seconds = lines.find(([name]) => name.toLowerCase() === 'retry-after')?.[1] ?? ''
  if (!/^(?:1000|9\d\d)$/.test(seconds)) throw new Error(`Retry-After is \`${seconds}\`; a block of 1000 seconds has begun`)
  return { seconds }
}

const inGateway = (name: string, password: string): Variant => ({
  name,
  site: { name: 'guessing at the gateway', gateway: guessingSetup },
  before: failing('olga', 3),
  send: basicly('olga', password),
  read,
  notHead: 'its clock goes on, and with it the seconds of the answer',
})

/** The same at the gateway, whose clock cannot be stopped. */
export const guessingGatewayRows: Rows = {
  'too-many-failed-attempts': [inGateway('the right password', PASSWORD), inGateway('a wrong password', 'wrong')],
}
