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

export interface PersonaOptions extends Omit<SecretOptions, 'onSecret'> {
  /** Told of every secret and whose it is, so that reports can leave it out. */
  readonly onSecret?: (persona: string, secret: string) => void
  /** As for the run: a login at a target that is not ours needs it, too. */
  readonly consent?: string
  /** Seconds since the epoch; that of the machine by default. */
  readonly now?: () => number
}

/** The personas of a configuration. Nothing is fetched before somebody asks for credentials, except certificates, which connections need. */
export async function createPersonas(
  { personas, target }: Pick<AuditConfig, 'personas' | 'target'>,
  { consent, now = () => Date.now() / 1000, onSecret = () => undefined, ...secrets }: PersonaOptions,
): Promise<readonly Persona[]> {
  const post = createPost({ target, consent })
  return Promise.all(
    personas.map(async (setting) => {
      const tell = (secret: string): void => onSecret(setting.name, secret)
      const surroundings = { secrets: createSecretReader({ ...secrets, onSecret: tell }), post, target: target.replace(/\/+$/, ''), now }
      return createPersona(setting, await sourceOf(setting.credentials, surroundings), { now, tell })
    }),
  )
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

interface Telling {
  readonly now: () => number
  readonly tell: (secret: string) => void
}

function createPersona(setting: PersonaSetting, source: Source, { now, tell }: Telling): Persona {
  const { name, subject, roles, scopes, acr, tenant, state, machine, caretaker } = setting
  const obtain = async (): Promise<Credentials> => {
    const credentials = await named(name, source.obtain())
    for (const secret of secretsIn(credentials)) tell(secret)
    return credentials
  }
  const keeper = createKeeper(obtain, now)
  const binding = source.scheme === 'DPoP' ? ({ binding: 'key' } as const) : source.scheme === 'ClientCertificate' ? ({ binding: 'certificate' } as const) : {}
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

/** Everything of credentials that must not be shown: the secret, what stands behind a scheme, the values of cookies. */
function secretsIn({ value, fields }: Credentials): readonly string[] {
  const parts = fields.flatMap(([name, text]) =>
    name.toLowerCase() === 'cookie' ? [...text.matchAll(/=([^;]+)/g)].map(([, one = '']) => one) : [text.replace(/^\S+ +(?=\S)/, '')],
  )
  return [value, ...parts]
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
