import { METHODS } from 'node:http'
import { fieldName, type FieldKind } from './field-name.ts'
import type { RefusalSlug } from './refusals.ts'
import type { FrontRequest } from './ruling.ts'

/** What the header section says about the message itself. */
export interface RequestHead {
  readonly method: string
  /** Lower case, with the port if one was sent; empty for HTTP/1.0 without Host. */
  host: string
  /** How often Host was sent. */
  hosts: number
  /** Of HTTP/2. */
  authority: string | undefined
  /** Bytes; -1 if unknown. */
  contentLength: number
  /** Transfer-Encoding as received. */
  coding: string | undefined
  connection: string | undefined
  upgrade: string | undefined
  expect: string | undefined
  /** Whether the caller takes trailers. */
  trailers: boolean
  /** The names of trailers to come. */
  trailer: string | undefined
  /** How often this program stands in Via. */
  passages: number
  earlyData: boolean
  grpc: boolean
  /** How often X-Request-Id was sent, and the last one. */
  requestIds: number
  requestId: string
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
const GRPC = /^application\/grpc(?:[+;]|$)/i
/** RFC 9110 section 7.6.3: protocol and pseudonym. */
export const PSEUDONYM = 'countersign'
const PASSAGE = new RegExp(`(?:^|,)\\s*[\\w./-]+\\s+${PSEUDONYM}(?=[\\s,]|$)`, 'gi')
/** Gateways may well stand behind each other, but not so many. */
const PASSAGES = 8
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Reads the header section once. */
export function readHead(request: FrontRequest): RequestHead {
  const head: RequestHead = {
    method: request.method ?? 'GET',
    host: '',
    hosts: 0,
    authority: undefined,
    contentLength: -1,
    coding: undefined,
    connection: undefined,
    upgrade: undefined,
    expect: undefined,
    trailers: false,
    trailer: undefined,
    passages: 0,
    earlyData: false,
    grpc: false,
    requestIds: 0,
    requestId: '',
  }
  const { rawHeaders } = request
  for (let index = 0; index < rawHeaders.length; index += 2) note(head, rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  return head
}

function note(head: RequestHead, name: string, value: string): void {
  const { kind } = fieldName(name)
  switch (kind) {
    case 'host':
      head.host = value.toLowerCase()
      head.hosts++
      return
    case 'authority':
      head.authority = value.toLowerCase()
      return
    case 'content-length':
      head.contentLength = Number(value)
      return
    case 'transfer-encoding':
      head.coding = head.coding === undefined ? value : `${head.coding}, ${value}`
      return
    case 'connection':
      head.connection = head.connection === undefined ? value : `${head.connection}, ${value}`
      return
    case 'expect':
      head.expect = value
      return
    case 'content-type':
      head.grpc ||= GRPC.test(value)
      return
    case 'upgrade':
    case 'te':
    case 'trailer':
    case 'via':
    case 'early-data':
    case 'request-id':
      noteRare(head, kind, value)
      return
    default:
  }
}

/** What few requests have. */
function noteRare(head: RequestHead, kind: FieldKind, value: string): void {
  switch (kind) {
    case 'upgrade':
      head.upgrade = head.upgrade === undefined ? value : `${head.upgrade}, ${value}`
      return
    case 'te':
      head.trailers ||= /(?:^|,)\s*trailers\s*(?:,|$)/i.test(value)
      return
    case 'trailer':
      head.trailer = head.trailer === undefined ? value : `${head.trailer}, ${value}`
      return
    case 'via':
      head.passages += value.match(PASSAGE)?.length ?? 0
      return
    case 'early-data':
      head.earlyData ||= value.trim() === '1'
      return
    case 'request-id':
      head.requestIds++
      head.requestId = value
      return
    default:
  }
}

/** What is wrong with the message, if anything is, before its target is looked at (ledger section 3, step 1). */
export function faultOfHead(head: RequestHead, request: FrontRequest): RefusalSlug | undefined {
  const { method } = head
  if (request.httpVersionMajor > 1 ? !settleAuthority(head) : !isHostGood(head, request)) return 'malformed-request'
  if (request.httpVersionMajor === 1 && request.httpVersionMinor > 1) return 'version-not-supported'
  if (head.coding !== undefined) {
    // RFC 9112 section 6.1: such a message of HTTP/1.0 has no reliable framing, and other codings would need decoding.
    if (request.httpVersionMinor === 0 || head.contentLength !== -1) return 'malformed-request'
    if (head.coding.toLowerCase() !== 'chunked') return 'coding-not-implemented'
  }
  if (head.passages > PASSAGES) return 'loop-detected'
  if (method === 'TRACE' || method === 'CONNECT') return 'method-not-allowed'
  if (!KNOWN_METHODS.has(method)) return 'method-not-implemented'
  if (head.earlyData && !SAFE_METHODS.has(method)) return 'too-early'
  return head.expect === undefined || head.expect.toLowerCase() === '100-continue' ? undefined : 'expectation-failed'
}

/** RFC 9112 section 3.2; only HTTP/1.0 may do without. */
function isHostGood(head: RequestHead, request: FrontRequest): boolean {
  if (request.httpVersionMajor !== 1) return false
  if (head.hosts === 0) return request.httpVersionMinor === 0
  return head.hosts === 1 && HOST.test(head.host)
}

/** RFC 9113 section 8.3.1: `:authority` stands for Host, and one that contradicts it makes the request malformed. */
function settleAuthority(head: RequestHead): boolean {
  const { authority } = head
  if (authority === undefined) return head.hosts === 1 && HOST.test(head.host)
  if (head.hosts > 1 || (head.hosts === 1 && head.host !== authority)) return false
  head.host = authority
  return HOST.test(authority)
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/is

/** The origin-form of a target (RFC 9112 section 3.2.2); nothing if it names another host than Host does, or has userinfo. */
export function originForm(target: string, head: RequestHead): string | undefined {
  if (target.charCodeAt(0) === 0x2f) return target
  const [, authority, rest = ''] = ABSOLUTE.exec(target) ?? []
  if (authority === undefined || !HOST.test(authority) || (head.hosts > 0 && authority.toLowerCase() !== head.host)) return undefined
  head.host = authority.toLowerCase()
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Whether content belongs to the message. */
export function hasContent(head: RequestHead, request: FrontRequest): boolean {
  if (request.httpVersionMajor === 1) return head.contentLength > 0 || head.coding !== undefined
  // In HTTP/2 the end of the stream is a flag of the header section.
  return head.contentLength > 0 || !('stream' in request && request.stream.endAfterHeaders)
}
