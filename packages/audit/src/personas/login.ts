import type { CredentialSource, SecretSource } from '../config/config.ts'
import { fieldValues, type AuditResponse } from '../exchange.ts'
import { PersonaError, type Credentials } from '../persona.ts'
import { expiring, expiryOf, secondsOf } from './expiry.ts'
import { pointedAt } from './pointer.ts'
import { jsonIn } from './post.ts'
import type { Source, Surroundings } from './source.ts'

type Login = CredentialSource & { readonly type: 'login' }

/** A request to the target whose answer has a token, or sets cookies. */
export function login(source: Login, surroundings: Surroundings): Source {
  const { header = 'Authorization', token } = source
  const isBearer = header.toLowerCase() === 'authorization' && (source.scheme ?? 'Bearer').toLowerCase() === 'bearer'
  return {
    scheme: token === undefined || header.toLowerCase() !== 'authorization' ? 'ApiKey' : isBearer ? 'Bearer' : (source.scheme ?? 'Bearer'),
    obtain: async () => {
      const response = await ask(source, surroundings)
      const now = surroundings.now()
      return token === undefined ? cookiesIn(response, source) : tokenIn(jsonIn(response, nameOf(source)), { source, pointer: token, now })
    },
  }
}

function nameOf({ method, path }: Login): string {
  return `${method} ${path}`
}

async function ask(source: Login, { secrets, post, target }: Surroundings): Promise<AuditResponse> {
  const { method, path, mediaType, body } = source
  const members: [string, string][] = []
  for (const [name, value] of Object.entries(body)) members.push([name, await textOf(value, secrets)])
  const content = mediaType === 'application/json' ? JSON.stringify(Object.fromEntries(members)) : new URLSearchParams(members).toString()
  const url = new URL(target)
  const fields = [
    ['Content-Type', mediaType],
    ['Accept', 'application/json, */*;q=0.5'],
  ] as const
  const response = await post(url, { method, target: url.pathname.replace(/\/$/, '') + path, fields, body: content })
  // Forms answer with a redirect when all went well.
  const isGood = response.status < 300 || (source.token === undefined && response.status < 400)
  if (!isGood) throw new PersonaError(`${nameOf(source)} answered ${response.status}`)
  return response
}

async function textOf(value: string | SecretSource, secrets: Surroundings['secrets']): Promise<string> {
  return typeof value === 'string' ? value : secrets.line(value)
}

interface Found {
  readonly source: Login
  readonly pointer: string
  readonly now: number
}

function tokenIn(answer: unknown, { source, pointer, now }: Found): Credentials {
  const value = pointedAt(answer, pointer)
  if (typeof value !== 'string' || !/^[\x21-\x7E]+$/.test(value)) throw new PersonaError(`the answer of ${nameOf(source)} has no token at \`${pointer}\``)
  const { header = 'Authorization', expiresIn } = source
  const isAuthorization = header.toLowerCase() === 'authorization'
  const scheme = source.scheme ?? (isAuthorization ? 'Bearer' : undefined)
  const seconds = expiresIn === undefined ? undefined : secondsOf(pointedAt(answer, expiresIn))
  return {
    kind: isAuthorization ? (scheme?.toLowerCase() === 'bearer' ? 'bearer' : 'other') : 'apiKey',
    fields: [[header, scheme === undefined ? value : `${scheme} ${value}`]],
    value,
    ...expiring(seconds === undefined ? expiryOf(value) : now + seconds),
  }
}

function cookiesIn(response: AuditResponse, source: Login): Credentials {
  const pairs = new Map<string, string>()
  for (const line of fieldValues(response, 'set-cookie')) {
    const [, name = '', value = ''] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? []
    // A cookie that is taken back is sent no more (RFC 6265 section 5.3).
    if (/;\s*max-age\s*=\s*(?:0|-\d+)\s*(?:;|$)/i.test(line)) pairs.delete(name)
    else if (name !== '') pairs.set(name, value.trim())
  }
  if (pairs.size === 0) throw new PersonaError(`the answer of ${nameOf(source)} sets no cookie`)
  const longest = [...pairs.values()].reduce((one, other) => (other.length > one.length ? other : one))
  return { kind: 'cookie', fields: [['Cookie', [...pairs].map(([name, value]) => `${name}=${value}`).join('; ')]], value: longest }
}
