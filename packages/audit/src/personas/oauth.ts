import type { CredentialSource } from '../config/config.ts'
import type { AuditRequest, AuditResponse } from '../exchange.ts'
import { PersonaError, type Credentials } from '../persona.ts'
import { boundToken, proven } from './dpop.ts'
import { expiring, expiryOf, secondsOf } from './expiry.ts'
import { jsonIn } from './post.ts'
import { createProver, type Prover } from './proof.ts'
import type { Source, Surroundings } from './source.ts'

type OAuth = CredentialSource & { readonly type: 'oauth' }

/** A token of an OAuth issuer: for the client itself, for a name and a password, or for a refresh token (RFC 6749 section 4). */
export function oauth(source: OAuth, surroundings: Surroundings): Source {
  const prover = source.dpop ? createProver(surroundings.now) : undefined
  let rotated: string | undefined
  return {
    scheme: source.dpop ? 'DPoP' : 'Bearer',
    obtain: async () => {
      const answer = await ask(source, surroundings, { prover, rotated })
      if (source.grant === 'refresh_token') rotated = answer.refreshToken ?? rotated
      return answer.credentials
    },
    ...(prover === undefined
      ? {}
      : {
          authorize: (request, credentials) => proven(request, credentials, { prover, target: surroundings.target }),
          learn: (response) => prover.learn(response, new URL(surroundings.target).origin),
        }),
  }
}

interface State {
  readonly prover: Prover | undefined
  /** The refresh token that came last: the one before it may be worth nothing now (RFC 6749 section 6). */
  readonly rotated: string | undefined
}

interface Answer {
  readonly credentials: Credentials
  readonly refreshToken?: string
}

async function ask(source: OAuth, surroundings: Surroundings, { prover, rotated }: State): Promise<Answer> {
  const url = new URL(source.tokenEndpoint)
  const plain = await requestFor(source, surroundings, rotated)
  const send = async (): Promise<AuditResponse> => surroundings.post(url, withProof(plain, url, prover))
  const first = await send()
  const response = prover?.learn(first, url.origin) === true ? await send() : first
  const answer = jsonIn(response, source.tokenEndpoint)
  const value = memberOf(answer, 'access_token')
  if (response.status >= 300 || typeof value !== 'string' || value === '') throw new PersonaError(`${source.tokenEndpoint} ${refusal(response, answer)}`)
  const seconds = secondsOf(memberOf(answer, 'expires_in'))
  const expires = seconds === undefined ? expiryOf(value) : surroundings.now() + seconds
  const isBound = String(memberOf(answer, 'token_type')).toLowerCase() === 'dpop'
  if (source.dpop && !isBound) throw new PersonaError(`${source.tokenEndpoint} gave a token that is not bound to the key`)
  const refreshToken = memberOf(answer, 'refresh_token')
  return {
    credentials: isBound ? boundToken(value, expires) : { kind: 'bearer', fields: [['Authorization', `Bearer ${value}`]], value, ...expiring(expires) },
    ...(typeof refreshToken === 'string' ? { refreshToken } : {}),
  }
}

async function requestFor(source: OAuth, { secrets }: Surroundings, rotated: string | undefined): Promise<AuditRequest> {
  const { grant, clientId, clientSecret, user, password, refreshToken, scope, audience, resource } = source
  const form = new URLSearchParams({ grant_type: grant })
  for (const [name, value] of Object.entries({ scope, audience, resource })) if (value !== undefined) form.set(name, value)
  if (grant === 'password') {
    form.set('username', user ?? '')
    if (password !== undefined) form.set('password', await secrets.line(password))
  }
  if (grant === 'refresh_token' && refreshToken !== undefined) form.set('refresh_token', rotated ?? (await secrets.line(refreshToken)))
  const fields: [string, string][] = [
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['Accept', 'application/json'],
  ]
  if (clientSecret === undefined) form.set('client_id', clientId)
  else fields.push(['Authorization', `Basic ${Buffer.from(`${formText(clientId)}:${formText(await secrets.line(clientSecret))}`).toString('base64')}`])
  const url = new URL(source.tokenEndpoint)
  return { method: 'POST', target: url.pathname + url.search, fields, body: form.toString() }
}

/** RFC 6749 section 2.3.1 wants both written as in a form. */
function formText(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function withProof(request: AuditRequest, url: URL, prover: Prover | undefined): AuditRequest {
  if (prover === undefined) return request
  return { ...request, fields: [...request.fields, ['DPoP', prover.proof({ method: request.method, origin: url.origin, url: url.origin + url.pathname })]] }
}

/** The error of RFC 6749 section 5.2, if it is one; what else stands in an answer may be a secret. */
function refusal({ status }: AuditResponse, answer: unknown): string {
  const error = memberOf(answer, 'error')
  const isWord = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error)
  return isWord ? `answered ${status} \`${error}\`` : `answered ${status} without a token`
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
