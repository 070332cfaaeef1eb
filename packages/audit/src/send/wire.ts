import { Agent as PlainAgent, request as plainRequest, type AgentOptions, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { AuditRequest, AuditResponse, Breakdown, Exchange, FieldLines } from '../exchange.ts'
import type { Persona } from '../persona.ts'

/** Where requests go: nowhere else, whatever they say. */
export interface Origin {
  readonly protocol: 'http:' | 'https:'
  /** As it is written in the configuration, without brackets. */
  readonly hostname: string
  readonly port: number
  /** The addresses that the name had when the run began; it is not looked up again. */
  readonly addresses: readonly string[]
}

export interface WireOptions {
  /** Milliseconds for one answer, from the connection to the last byte. */
  readonly timeLimit: number
  /** Bytes of content that are kept; the rest is not read. */
  readonly bodyLimit: number
  /** Connections at most. */
  readonly parallel: number
}

/** In whose name a request goes: what of a persona a connection depends on. */
export type Sendable = Pick<Persona, 'name' | 'certificate'>

/** Sends single requests over kept connections, and follows nothing. */
export interface Wire {
  exchange(request: AuditRequest, persona: Sendable): Promise<Exchange>
  /** The same on a connection of its own: those that are kept may have been closed in the same moment. */
  exchangeFreshly(request: AuditRequest, persona: Sendable): Promise<Exchange>
  close(): void
}

export function createWire(origin: Origin, options: WireOptions): Wire {
  const agents = new Map<string, PlainAgent | TlsAgent>()
  const agentOf = (persona: Sendable): PlainAgent | TlsAgent => {
    // A certificate belongs to the connection, so whoever has one shares none.
    const key = persona.certificate === undefined ? '' : persona.name
    const known = agents.get(key) ?? createAgent(origin, { keepAlive: true, maxSockets: options.parallel, maxFreeSockets: options.parallel }, persona)
    agents.set(key, known)
    return known
  }
  return {
    exchange: async (request, persona) => exchange(request, persona.name, { origin, options, agent: agentOf(persona) }),
    exchangeFreshly: async (request, persona) =>
      exchange(request, persona.name, { origin, options, agent: createAgent(origin, { keepAlive: false }, persona) }),
    close: () => {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

function createAgent({ protocol }: Origin, settings: AgentOptions, { certificate }: Sendable): PlainAgent | TlsAgent {
  return protocol === 'http:' ? new PlainAgent(settings) : new TlsAgent({ ...settings, ...(certificate === undefined ? {} : certificate) })
}

interface Line {
  readonly origin: Origin
  readonly options: WireOptions
  readonly agent: PlainAgent | TlsAgent
}

function exchange(request: AuditRequest, persona: string, line: Line): Promise<Exchange> {
  const started = performance.now()
  const duration = (): number => Math.round((performance.now() - started) * 10) / 10
  return new Promise((resolve) => {
    const failed = (failure: Breakdown, detail: string): void => resolve({ request, persona, duration: duration(), failure, detail })
    let sent: ClientRequest
    try {
      sent = open(request, line)
    } catch (error) {
      // Control bytes in a field, spaces in a target: node:http writes no such request.
      failed('unsendable', messageOf(error))
      return
    }
    const { timeLimit } = line.options
    const timer = setTimeout(() => sent.destroy(new TimeOut(timeLimit)), timeLimit)
    const done = (exchange: () => void): void => {
      clearTimeout(timer)
      exchange()
    }
    sent.on('error', (error) => done(() => failed(breakdownOf(error), messageOf(error))))
    sent.on('response', (message) => {
      void receive(message, line.options).then(
        (response) => done(() => resolve({ request, persona, duration: duration(), response })),
        (error: unknown) => done(() => failed(breakdownOf(error), messageOf(error))),
      )
    })
    // A protocol that was switched to is an answer, and there is nobody here to speak it.
    sent.on('upgrade', (message, socket) => {
      socket.destroy()
      done(() => resolve({ request, persona, duration: duration(), response: { ...headOf(message), body: '', truncated: false } }))
    })
    sent.end(request.body)
  })
}

function open({ method, target, fields, body }: AuditRequest, { origin, agent }: Line): ClientRequest {
  const has = (name: string): boolean => fields.some(([one]) => one.toLowerCase() === name)
  const lines: [string, string][] = has('host') ? [] : [['Host', authorityOf(origin)]]
  for (const [name, value] of fields) lines.push([name, value])
  const length = body !== undefined || TAKES_CONTENT.has(method)
  if (length && !has('content-length') && !has('transfer-encoding')) lines.push(['Content-Length', String(Buffer.byteLength(body ?? ''))])
  const settings = {
    agent,
    method,
    path: target,
    hostname: origin.hostname,
    port: origin.port,
    headers: lines.flat(),
    setHost: false,
    lookup: pinned(origin.addresses),
  }
  return origin.protocol === 'http:' ? plainRequest(settings) : tlsRequest(settings)
}

const TAKES_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** As it stands in `Host`: with the port, unless it is the usual one. */
export function authorityOf({ protocol, hostname, port }: Origin): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  return port === (protocol === 'https:' ? 443 : 80) ? host : `${host}:${port}`
}

/** Answers the addresses that were found at the start, so that a name cannot lead elsewhere later. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, all)
    else callback(null, all[0]?.address ?? '', all[0]?.family)
  }
}

function headOf(message: IncomingMessage): Pick<AuditResponse, 'status' | 'fields'> {
  const fields: [string, string][] = []
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) fields.push([message.rawHeaders[at] ?? '', message.rawHeaders[at + 1] ?? ''])
  return { status: message.statusCode ?? 0, fields: fields satisfies FieldLines }
}

async function receive(message: IncomingMessage, { bodyLimit }: WireOptions): Promise<AuditResponse> {
  const kept: Buffer[] = []
  let room = bodyLimit
  let truncated = false
  for await (const chunk of message) {
    const bytes = chunk as Buffer
    kept.push(bytes.subarray(0, room))
    truncated = bytes.length > room
    room -= bytes.length
    // The rest is not waited for; the connection ends here.
    if (truncated) break
  }
  return { ...headOf(message), body: Buffer.concat(kept).toString('utf8'), truncated }
}

class TimeOut extends Error {
  constructor(limit: number) {
    super(`no whole answer within ${limit / 1000} s`)
  }
}

function breakdownOf(error: unknown): Breakdown {
  if (error instanceof TimeOut) return 'timeout'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ENOTFOUND') return 'refused'
  if (code.startsWith('HPE_')) return 'unreadable'
  if (/CERT|SSL|TLS|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code)) return 'tls'
  return code === 'ETIMEDOUT' ? 'timeout' : 'reset'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unknown'
}
