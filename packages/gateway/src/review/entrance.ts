import { isIP } from 'node:net'
import type { Config, PersonaConfig } from '../config/config.ts'
import { addressList } from '../network/addresses.ts'
import { provesPassword } from './personas.ts'

/** Something that is looked at before a route is, or beside it, and what decides it. */
export interface Look {
  /** The member of the configuration: `network.denied`. */
  readonly setting: string
  readonly text: string
  /** `unknown`: it depends on more than the question says, such as on what else was sent. */
  readonly found: 'passed' | 'refused' | 'unknown'
}

/** Who asks from where, and how. */
export interface Arrival {
  readonly method: string
  readonly secure: boolean
  /** The address of the caller, behind proxies that are trusted. */
  readonly from: string | undefined
  readonly persona: PersonaConfig
}

type Entrance = Pick<Config, 'network' | 'abuse'> & Partial<Pick<Config, 'cors'>>

/** What a request meets before it is routed, in the order of the gateway; what is not configured is left out. Throws a `TypeError` for no address. */
export function looksAtEntrance({ network, abuse, cors }: Entrance, arrival: Arrival): readonly Look[] {
  return [...preflight(cors, arrival), ...legal(network, arrival), ...denied(network, arrival), ...transport(network, arrival), ...rates(abuse, arrival)]
}

/** The same for everybody, in a sentence each: what the cells of a matrix do not show. */
export function entranceNotes({ network, abuse }: Entrance): readonly string[] {
  return [
    ...(network.denied.length === 0 ? [] : [`network.denied: callers from ${network.denied.join(', ')} are refused everywhere`]),
    ...network.legal.map(({ addresses, blocker }) => `network.legal: callers from ${addresses.join(', ')} get 451 because of ${blocker}`),
    ...(network.requireTls ? ['network.requireTls: credentials over plain http are refused everywhere'] : []),
    ...(abuse.perAddress === undefined ? [] : [`abuse.perAddress: ${rateText(abuse.perAddress)} from one address are too many`]),
    ...(abuse.perPrincipal === undefined ? [] : [`abuse.perPrincipal: ${rateText(abuse.perPrincipal)} of one principal are too many`]),
  ]
}

function preflight(cors: Config['cors'], { method }: Arrival): readonly Look[] {
  if (method !== 'OPTIONS') return []
  const origins = cors === undefined ? 'no origin is allowed, as there is no `cors`' : `allowed origins are ${cors.origins.join(', ')}`
  const text = `with Origin and Access-Control-Request-Method it is a preflight, which the gateway answers without asking for credentials; ${origins}`
  return [{ setting: 'cors', text, found: 'unknown' }]
}

function legal({ legal: demands }: Config['network'], { from }: Arrival): readonly Look[] {
  const setting = 'network.legal'
  return demands.map(({ addresses, blocker }) => {
    if (from === undefined) return { setting, text: `451 for ${addresses.join(', ')} (${blocker}); where this caller is was not said`, found: 'unknown' }
    const isConcerned = isIP(from) !== 0 && addressList(addresses)(from)
    return { setting, text: `${from} is ${isConcerned ? '' : 'not '}in ${addresses.join(', ')} (${blocker})`, found: isConcerned ? 'refused' : 'passed' }
  })
}

function denied({ denied: ranges }: Config['network'], { from }: Arrival): readonly Look[] {
  if (from !== undefined && isIP(from) === 0) throw new TypeError(`\`${from}\` is no IP address; pass one such as 192.0.2.7 or 2001:db8::7`)
  if (ranges.length === 0) return []
  const setting = 'network.denied'
  if (from === undefined) return [{ setting, text: `nobody from ${ranges.join(', ')}; where this caller is was not said`, found: 'unknown' }]
  const isDenied = addressList(ranges)(from)
  return [{ setting, text: `${from} is ${isDenied ? '' : 'not '}in ${ranges.join(', ')}`, found: isDenied ? 'refused' : 'passed' }]
}

function transport({ requireTls }: Config['network'], { secure, persona }: Arrival): readonly Look[] {
  if (!requireTls) return []
  const setting = 'network.requireTls'
  if (persona.scheme === undefined) return [{ setting, text: 'no credentials came, so they may come over plain http', found: 'passed' }]
  return [{ setting, text: `credentials came over ${secure ? 'https' : 'plain http'}`, found: secure ? 'passed' : 'refused' }]
}

function rates({ perAddress, perPrincipal, guessing }: Config['abuse'], { persona }: Arrival): readonly Look[] {
  const look = (setting: string, text: string): Look => ({ setting: `abuse.${setting}`, text, found: 'unknown' })
  const guessed = provesPassword(persona) || persona.scheme === 'apiKey'
  return [
    ...(perAddress === undefined ? [] : [look('perAddress', `${rateText(perAddress)} from one address are too many`)]),
    ...(guessed ? [look('guessing', `${guessing.failures} failures refuse an address, or a name, for ${guessing.block} s and longer`)] : []),
    ...(perPrincipal === undefined || persona.scheme === undefined ? [] : [look('perPrincipal', `${rateText(perPrincipal)} of one principal are too many`)]),
  ]
}

function rateText({ rate, burst }: { readonly rate: number; readonly burst: number }): string {
  return `more than ${rate} requests a second, ${burst} at once,`
}
