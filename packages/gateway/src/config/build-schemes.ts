import type { Parts } from './build-config.ts'
import type { BearerConfig, ClientCertificateConfig, DpopConfig, HolderConfig, IntrospectionConfig, IssuerConfig, SchemesConfig } from './config.ts'
import { given, optional } from './given.ts'
import { sharedSecret } from './caller-keys.ts'
import type { CallerKey, DigestConfig, DigestUser, SessionConfig, SignatureConfig } from './caller-config.ts'
import type { Written } from './schema/file-schema.ts'

type WrittenSchemes = Written['schemes']
type WrittenParts = Pick<Parts, 'written' | 'named'>
type WrittenBearer = NonNullable<WrittenSchemes['bearer']>

/** The schemes of a configuration, with what stands in the files that they name. */
export function schemesOf(parts: WrittenParts): SchemesConfig {
  const { bearer, basic, digest, apiKey, dpop, clientCertificate, session, signature } = parts.written.schemes
  return {
    ...optional('bearer', bearer && bearerOf(bearer, parts)),
    ...optional('basic', basic && {}),
    ...optional('digest', digest && digestOf(digest, parts)),
    ...optional('apiKey', apiKey),
    ...optional('dpop', dpop && dpopOf(dpop, parts)),
    ...optional('clientCertificate', clientCertificate && certificateOf(clientCertificate)),
    ...optional('session', session && sessionOf(session, parts.named)),
    ...optional('signature', signature && signatureOf(signature, parts)),
  }
}

function bearerOf({ issuers, introspection, clockTolerance, tokens, ...bearer }: WrittenBearer, { written, named }: WrittenParts): BearerConfig {
  const { alsoInForm, alsoInLoggedQuery } = bearer
  return {
    alsoInLoggedQuery,
    ...optional('alsoInForm', alsoInForm && { limit: Math.min(alsoInForm.limit, written.limits.body) }),
    issuers: issuers.map(issuerOf),
    ...optional('introspection', introspection && introspectionOf(introspection, named)),
    ...optional('clockTolerance', clockTolerance),
    ...optional('tokens', tokens),
  }
}

function issuerOf({ issuer, audience, profile, jwksUri, algorithms, roles, scopes }: WrittenBearer['issuers'][number]): IssuerConfig {
  return {
    issuer,
    audience,
    profile,
    ...optional('jwksUri', jwksUri),
    ...optional('algorithms', algorithms),
    ...optional('roles', roles),
    ...optional('scopes', scopes),
  }
}

function introspectionOf(written: NonNullable<WrittenBearer['introspection']>, { clientSecret, clientKey }: Parts['named']): IntrospectionConfig {
  const { client, issuer, endpoint, audience, roles, scopes, ...rest } = written
  return {
    ...rest,
    client: { id: client.id, ...optional('secret', client.secret ?? clientSecret), ...optional('key', clientKey) },
    ...optional('issuer', issuer),
    ...optional('endpoint', endpoint),
    ...optional('audience', audience),
    ...optional('roles', roles),
    ...optional('scopes', scopes),
  }
}

function dpopOf({ nonce, origin, algorithms, ...dpop }: NonNullable<WrittenSchemes['dpop']>, { written, named }: WrittenParts): DpopConfig {
  const secret = nonce?.secret ?? named.nonceSecret
  return {
    ...dpop,
    origin: origin ?? originsOf(written),
    ...optional('algorithms', algorithms),
    ...optional('nonce', nonce === undefined || secret === undefined ? undefined : { secret, lifetime: nonce.lifetime }),
  }
}

function digestOf(
  { users, realm, secret, secretFile: _file, contentLimit, ...digest }: NonNullable<WrittenSchemes['digest']>,
  { written, named }: WrittenParts,
): DigestConfig {
  return {
    ...digest,
    users: Object.entries(users).flatMap(([name, { hash = named.userHashes.get(name), subject = name, roles, scopes }]): readonly DigestUser[] =>
      hash === undefined ? [] : [{ name, hash, subject, roles, scopes }],
    ),
    secret: secret ?? named.digestSecret ?? '',
    ...optional('realm', realm),
    ...optional('contentLimit', contentLimit === undefined ? undefined : Math.min(contentLimit, written.limits.body)),
  }
}

/** The origins of `hosts`; `checks/proof-origin.ts` has seen that every API has some. What is behind a proxy is https to callers. */
function originsOf({ apis, listen, network }: Written): readonly string[] {
  const scheme = listen.tls !== undefined || network.trustedProxies.length > 0 ? 'https' : 'http'
  return [...new Set(apis.flatMap(({ hosts }) => hosts.map((host) => new URL(`${scheme}://${host}`).origin)))]
}

function certificateOf({ holders, subjectFrom, origins }: NonNullable<WrittenSchemes['clientCertificate']>): ClientCertificateConfig {
  return { holders: holders.map((holder): HolderConfig => given(holder)), origins, ...optional('subjectFrom', subjectFrom) }
}

function sessionOf({ secrets, secretsFile: _file, login, ...session }: NonNullable<WrittenSchemes['session']>, named: Parts['named']): SessionConfig {
  return { ...session, secrets: secrets ?? named.sessionSecrets ?? [], ...optional('login', login) }
}

function signatureOf(
  { keys, origin, tag, replays, contentLimit, ...signature }: NonNullable<WrittenSchemes['signature']>,
  { written, named }: WrittenParts,
): SignatureConfig {
  return {
    ...signature,
    keys: Object.entries(keys).flatMap(([keyid, { secret, subject, algorithm, roles, scopes }]): readonly CallerKey[] => {
      const jwk = secret === undefined ? named.callerKeys.get(keyid) : sharedSecret(secret)
      return jwk === undefined ? [] : [{ keyid, algorithm, jwk, subject, roles, scopes }]
    }),
    origin: origin ?? originsOf(written),
    contentLimit: Math.min(contentLimit, written.limits.body),
    ...optional('tag', tag),
    ...optional('replays', replays),
  }
}
