/** What is done with a request field of some name. */
export type FieldKind =
  | 'pass'
  | 'drop'
  | 'pseudo'
  | 'authority'
  | 'host'
  | 'cookie'
  | 'connection'
  | 'upgrade'
  | 'expect'
  | 'early-data'
  | 'content-length'
  | 'content-type'
  | 'transfer-encoding'
  | 'te'
  | 'trailer'
  | 'via'
  | 'request-id'
  | 'forwarded'
  | 'forwarded-part'

/** A field name, looked at once. */
export interface FieldName {
  readonly kind: FieldKind
  readonly lower: string
  /** As the lax see it: CGI and its heirs take `X_User`, `X.User` and `X-User` for one variable. */
  readonly plain: string
  /** Whether `Connection` may name it (RFC 9110 section 7.6.1): not what routing, framing or access depend on. */
  readonly removable: boolean
}

const KINDS: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  [':authority', 'authority'],
  ['host', 'host'],
  ['cookie', 'cookie'],
  ['connection', 'connection'],
  ['upgrade', 'upgrade'],
  ['expect', 'expect'],
  ['early-data', 'early-data'],
  ['content-length', 'content-length'],
  ['content-type', 'content-type'],
  ['transfer-encoding', 'transfer-encoding'],
  ['te', 'te'],
  ['trailer', 'trailer'],
  ['via', 'via'],
  ['x-request-id', 'request-id'],
  ['forwarded', 'forwarded'],
  ['x-forwarded-for', 'forwarded-part'],
  ['x-forwarded-proto', 'forwarded-part'],
  ['x-forwarded-host', 'forwarded-part'],
  ['x-forwarded-port', 'forwarded-part'],
])

const DROPPED: ReadonlySet<string> = new Set([
  // RFC 9110 section 7.6.1, and for us alone.
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'proxy-authentication-info',
  'http2-settings',
  // The CGI variable HTTP_PROXY.
  'proxy',
  // Another method or target than the one that was judged.
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-original-uri',
  'x-original-method',
  'x-original-host',
  'x-rewrite-url',
  // Who the caller is, said by the caller.
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'remote-user',
  'x-remote-user',
  'x-auth-request-user',
])

const NOT_REMOVABLE: ReadonlySet<string> = new Set(['authorization', 'cookie', 'host', 'content-length', 'content-type', 'content-encoding', 'dpop', 'origin'])

// Callers choose the names, so the memory is bounded.
const REMEMBERED = 1000
const names = new Map<string, FieldName>()

/** What is to know about a field name in the spelling of the sender. */
export function fieldName(name: string): FieldName {
  return names.get(name) ?? learn(name)
}

function learn(name: string): FieldName {
  const lower = name.toLowerCase()
  const plain = lower.replaceAll(/[^a-z\d:]/g, '-')
  const kind = kindOf(lower, plain)
  const known: FieldName = { kind, lower, plain, removable: kind === 'pass' && !NOT_REMOVABLE.has(plain) }
  if (names.size < REMEMBERED) names.set(name, known)
  return known
}

function kindOf(lower: string, plain: string): FieldKind {
  if (DROPPED.has(plain)) return 'drop'
  const kind = KINDS.get(plain) ?? (plain.startsWith('x-forwarded-') ? 'drop' : plain.startsWith(':') ? 'pseudo' : 'pass')
  // `Content_Length` is not Content-Length, but something behind us may think so.
  return kind !== 'pass' && lower !== plain ? 'drop' : kind
}
