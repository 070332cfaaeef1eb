import * as v from 'valibot'
import { find, isMap, isOn, items, shown, textOf, type Located, type Path } from '../located.ts'
import { isLoopback, readSocket, readUpstream } from '../schema/addresses.ts'
import { DIGEST_KEY_ACCEPTED } from '../schema/rest-sections.ts'
import { count, duration } from '../schema/values.ts'
import type { Source } from '../source.ts'

/** Ports, time limits, networks: the gateway's own members. */
export function checkGateway(root: Located, source: Source): void {
  checkSockets(root, source)
  checkOrder(root, source, { lesser: ['limits', 'headerTimeout'], greater: ['limits', 'requestTimeout'], defaults: [10, 60] })
  checkOrder(root, source, { lesser: ['abuse', 'guessing', 'block'], greater: ['abuse', 'guessing', 'longest'], defaults: [30, 3600] })
  checkNetwork(root, source)
  checkLoops(root, source)
  checkAdminAccess(root, source)
  for (const origins of [find(root, ['cors', 'origins'])]) {
    if (origins !== undefined && Array.isArray(origins.value) && origins.value.length === 0)
      source.error(origins.key ?? origins.start, {
        code: 'no-origins',
        message: '`cors.origins` is an empty list',
        hint: 'name an origin such as `https://app.example`, or take `cors` away',
      })
  }
  refuseBoth(find(root, ['store']), source, { members: ['digestKey', 'digestKeyFile'], accepted: DIGEST_KEY_ACCEPTED })
}

/** A secret that is given here and in a file. */
export function refuseBoth(
  node: Located | undefined,
  source: Source,
  { members, accepted }: { readonly members: readonly [string, string]; readonly accepted: string },
): void {
  const [here, inFile] = members
  const file = node?.members.get(inFile)
  if (node?.members.get(here) === undefined || file === undefined) return
  source.error(file.key ?? file.start, { code: 'given-twice', message: `\`${here}\` and \`${inFile}\` are both given`, hint: `keep one of them: ${accepted}` })
}

/** Tokens can only be taken where somebody issues them. */
function checkAdminAccess(root: Located, source: Source): void {
  const access = find(root, ['admin', 'access'])
  if (access === undefined || find(root, ['schemes', 'bearer']) !== undefined) return
  source.error(access.key ?? access.start, {
    code: 'no-tokens',
    message: '`admin.access` is about tokens, and `schemes.bearer` is not there',
    hint: 'name an issuer in `schemes.bearer`, or take `access` away: API keys are accepted in any case',
  })
}

/** A request to such an API would come back to the gateway again and again. */
function checkLoops(root: Located, source: Source): void {
  const listen = socketOf(root, 'listen', 8080)
  if (listen === undefined || listen.port === 0) return
  for (const api of items(find(root, ['apis']))) {
    const upstream = api.members.get('upstream')
    const node = upstream?.members.get('url') ?? upstream
    const url = readUpstream(textOf(node) ?? '')
    if (node === undefined || url === undefined || portOf(url) !== listen.port) continue
    const isOwn = isLoopback(url.hostname) ? overlap('127.0.0.1', listen.address) : url.hostname.replace(/^\[|\]$/g, '') === listen.address.toLowerCase()
    if (isOwn)
      source.warning(node.start, { code: 'upstream-loop', message: `${shown(node)} is the gateway itself`, hint: 'name the address of the service behind it' })
  }
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

interface Socket {
  readonly address: string
  readonly port: number
  readonly at: number
  readonly shown: string
}

function checkSockets(root: Located, source: Source): void {
  const admin = socketOf(root, 'admin', 8081)
  const doors = [
    { name: 'listen', socket: socketOf(root, 'listen', 8080) },
    { name: 'admin', socket: admin },
  ]
  if (find(root, ['forwardAuth']) !== undefined) doors.push({ name: 'forwardAuth.listen', socket: socketOf(root, 'forwardAuth.listen', 8082) })
  if (find(root, ['forwardAuth', 'grpc']) !== undefined) doors.push({ name: 'forwardAuth.grpc', socket: socketOf(root, 'forwardAuth.grpc', 8083) })
  for (const [index, door] of doors.entries()) for (const earlier of doors.slice(0, index)) refuseSamePort(earlier, door, source)
  if (admin !== undefined && !isLoopback(admin.address)) {
    const message = `\`admin\` listens on ${admin.shown}, which other machines may reach`
    source.warning(admin.at, { code: 'admin-exposed', message, hint: 'listen on 127.0.0.1, or let only your operators reach this port' })
  }
}

interface Door {
  readonly name: string
  readonly socket: Socket | undefined
}

const USUAL: Readonly<Record<string, number>> = { admin: 8081, 'forwardAuth.grpc': 8083 }

function refuseSamePort({ name: first, socket: one }: Door, { name: second, socket: other }: Door, source: Source): void {
  if (one === undefined || other === undefined || one.port !== other.port || one.port === 0 || !overlap(one.address, other.address)) return
  source.error(other.shown === '' ? one.at : other.at, {
    code: 'same-port',
    message: `\`${first}\` and \`${second}\` have the same port`,
    hint: `give \`${second}\` a port of its own, such as ${USUAL[second] ?? 8082}, that callers cannot reach`,
  })
}

function socketOf(root: Located, name: string, defaultPort: number): Socket | undefined {
  const node = find(root, name.split('.'))
  if (node === undefined) return { address: '127.0.0.1', port: defaultPort, at: 0, shown: '' }
  if (isMap(node)) {
    const [address, port] = [find(node, ['address']), find(node, ['port'])]
    const read = v.safeParse(PORT, port === undefined ? defaultPort : port.value)
    const at = (address ?? node).start
    return read.success
      ? { address: address === undefined ? '127.0.0.1' : (textOf(address) ?? ''), port: read.output, at, shown: shown(address ?? node) }
      : undefined
  }
  const read = typeof node.value === 'string' || typeof node.value === 'number' ? readSocket(String(node.value)) : undefined
  return read && { address: read.address ?? '127.0.0.1', port: read.port, at: node.start, shown: shown(node) }
}

const PORT = count({ about: '', from: 0, to: 65_535 })

function overlap(one: string, other: string): boolean {
  const isEvery = (address: string) => address === '0.0.0.0' || address === '::'
  return one.toLowerCase() === other.toLowerCase() || isEvery(one) || isEvery(other) || (isLoopback(one) && isLoopback(other))
}

const DURATION = duration({ about: '', from: 0, to: Number.MAX_SAFE_INTEGER })

interface Order {
  readonly lesser: Path
  readonly greater: Path
  readonly defaults: readonly [lesser: number, greater: number]
}

function checkOrder(root: Located, source: Source, { lesser, greater, defaults }: Order): void {
  const nodes = [find(root, lesser), find(root, greater)] as const
  const [less, more] = nodes.map((node, index) => v.safeParse(DURATION, node === undefined ? defaults[index] : node.value))
  const at = nodes[0] ?? nodes[1]
  if (less?.success !== true || more?.success !== true || at === undefined || less.output <= more.output) return
  const message = `\`${lesser.join('.')}\` is longer than \`${greater.join('.')}\``
  source.error(at.start, { code: 'wrong-order', message, hint: `by default they are ${defaults[0]} s and ${defaults[1]} s` })
}

function checkNetwork(root: Located, source: Source): void {
  const proxies = find(root, ['network', 'trustedProxies'])
  for (const proxy of items(proxies)) {
    if (/\/0+$/.test(textOf(proxy) ?? ''))
      source.warning(proxy.start, {
        code: 'trusts-everybody',
        message: `${shown(proxy)} is everybody, who then can claim any address`,
        hint: 'name the addresses of your proxies',
      })
  }
  const requireTls = find(root, ['network', 'requireTls'])
  if (requireTls === undefined || !isOn(requireTls) || find(root, ['listen', 'tls']) !== undefined || items(proxies).length > 0) return
  const message = '`requireTls` is on, but there is neither `listen.tls` nor a trusted proxy: all credentials are refused'
  source.warning(requireTls.start, { code: 'tls-unreachable', message, hint: 'configure `listen.tls`, or `network.trustedProxies`' })
}
