import type { AuditConfig, CredentialSource, PersonaSetting } from '../config/config.ts'
import type { AuditRequest } from '../exchange.ts'
import { PersonaError, type Credentials, type Persona } from '../persona.ts'
import { apiKey } from './api-key.ts'
import { basic } from './basic.ts'
import { bearer } from './bearer.ts'
import { certificate } from './certificate.ts'
import { cookie } from './cookie.ts'
import { dpop } from './dpop.ts'
import { createKeeper } from './keeper.ts'
import { login } from './login.ts'
import { oauth } from './oauth.ts'
import { createPost } from './post.ts'
import { createSecretReader, type SecretOptions } from './secret-reader.ts'
import type { Source, Surroundings } from './source.ts'

export interface PersonaOptions extends SecretOptions {
  /** As for the run: a login at a target that is not ours needs it, too. */
  readonly consent?: string
  /** Seconds since the epoch; that of the machine by default. */
  readonly now?: () => number
}

/** The personas of a configuration. Nothing is fetched before somebody asks for credentials, except certificates, which connections need. */
export async function createPersonas(
  { personas, target }: Pick<AuditConfig, 'personas' | 'target'>,
  { consent, now = () => Date.now() / 1000, ...secrets }: PersonaOptions,
): Promise<readonly Persona[]> {
  const surroundings: Surroundings = { secrets: createSecretReader(secrets), post: createPost({ target, consent }), target: target.replace(/\/+$/, ''), now }
  return Promise.all(personas.map(async (setting) => createPersona(setting, await sourceOf(setting.credentials, surroundings), now)))
}

function sourceOf(credentials: CredentialSource, surroundings: Surroundings): Source | Promise<Source> {
  switch (credentials.type) {
    case 'bearer':
      return bearer(credentials, surroundings)
    case 'basic':
      return basic(credentials, surroundings)
    case 'apiKey':
      return apiKey(credentials, surroundings)
    case 'cookie':
      return cookie(credentials, surroundings)
    case 'login':
      return login(credentials, surroundings)
    case 'oauth':
      return oauth(credentials, surroundings)
    case 'dpop':
      return dpop(credentials, surroundings)
    case 'certificate':
      return certificate(credentials, surroundings)
  }
}

function createPersona(setting: PersonaSetting, source: Source, now: () => number): Persona {
  const { name, subject, roles, scopes, acr, tenant, state, machine, caretaker } = setting
  const keeper = createKeeper(async () => named(name, source.obtain()), now)
  const binding = source.scheme === 'DPoP' ? ({ binding: 'key' } as const) : source.scheme === 'MutualTLS' ? ({ binding: 'certificate' } as const) : {}
  return {
    name,
    principal: {
      subject,
      scheme: source.scheme,
      roles,
      scopes,
      assurance: acr === undefined ? {} : { acr },
      // RFC 9068 section 2.2: who is its own client is no person.
      claims: machine ? { client_id: subject } : {},
      ...binding,
    },
    ...(tenant === undefined ? {} : { tenant }),
    ...(state === undefined ? {} : { state }),
    caretaker,
    credentials: () => keeper.credentials(),
    renew: () => keeper.renew(),
    authorize: async (request, credentials) => source.authorize?.(request, credentials) ?? withCredentials(request, credentials),
    ...(source.learn === undefined ? {} : { learn: source.learn }),
    ...(source.certificate === undefined ? {} : { certificate: source.certificate }),
  }
}

/** What a source says, with the name of the persona. */
async function named(name: string, obtaining: Promise<Credentials>): Promise<Credentials> {
  try {
    return await obtaining
  } catch (error) {
    // An error that nobody foresaw may have anything in its text.
    throw error instanceof PersonaError
      ? new PersonaError(`\`${name}\`: ${error.message}`, { cause: error })
      : new PersonaError(`\`${name}\`: its credentials cannot be had (${error instanceof Error ? error.name : typeof error})`)
  }
}

/** The request with the fields and query parameters of credentials. */
export function withCredentials(request: AuditRequest, { fields, query = [] }: Credentials): AuditRequest {
  const added = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  const target = added === '' ? request.target : `${request.target}${request.target.includes('?') ? '&' : '?'}${added}`
  return { ...request, target, fields: [...request.fields, ...fields] }
}
