import { acceptedSchemes, type Authentication, type AnyScheme, type Requirement } from '@countersign/core'
import type { Config, PersonaConfig, SchemeKey } from '../config/config.ts'
import { nearName } from '@countersign/openapi'
import { SCHEME_NAMES } from '../policy/scheme-names.ts'

/** The name under which every configuration has a caller without credentials. */
export const NOBODY = 'anonymous'

/** A caller without credentials. */
export const ANONYMOUS: PersonaConfig = { subject: '', roles: [], scopes: [] }

/** Where and when a persona calls. */
export interface Moment {
  readonly requirement: Requirement
  readonly schemes: readonly AnyScheme[]
  /** Seconds since the epoch. */
  readonly now: number
}

/** What the credentials of a persona would come to, if they were genuine: the gateway looks at schemes before it looks at who it is. */
export function authenticationOf(persona: PersonaConfig, { requirement, schemes, now }: Moment): Authentication {
  if (persona.scheme === undefined) return { state: 'anonymous' }
  const name = SCHEME_NAMES[persona.scheme]
  // A key in a field that nobody reads, and a certificate that nobody asked for, is no credential; Authorization is read by everybody (guard, authenticate.ts).
  if (!schemes.some((scheme) => scheme.name === name)) return isUnread(persona.scheme) ? { state: 'anonymous' } : { state: 'unsupported' }
  const accepted = acceptedSchemes(requirement)
  if (accepted?.some((one) => one.toLowerCase() === name.toLowerCase()) === false) return { state: 'unsupported' }
  const { subject, roles, scopes } = persona
  const binding = BINDINGS[persona.scheme]
  const bound = binding === undefined ? {} : { binding }
  return { state: 'authenticated', principal: { subject, scheme: name, roles, scopes, assurance: assuranceOf(persona, now), claims: {}, ...bound } }
}

/** What credentials of a scheme are bound to. Those of `bearer` may be, but the ones of a persona are not. */
export const BINDINGS: { readonly [K in SchemeKey]?: 'key' | 'certificate' | 'signature' } = {
  dpop: 'key',
  clientCertificate: 'certificate',
  signature: 'signature',
}

function isUnread(scheme: SchemeKey): boolean {
  return scheme === 'apiKey' || scheme === 'clientCertificate' || scheme === 'session' || scheme === 'signature'
}

function assuranceOf({ scheme, acr, loggedInFor }: PersonaConfig, now: number): { readonly acr?: string; readonly authTime?: number } {
  const age = loggedInFor ?? (provesPassword({ scheme }) ? 0 : undefined)
  return { ...(acr === undefined ? {} : { acr }), ...(age === undefined ? {} : { authTime: now - age }) }
}

/** Whether the password is shown or proven with every request, so that the login is as recent as the request. */
export function provesPassword({ scheme }: { readonly scheme?: SchemeKey | undefined }): boolean {
  return scheme === 'basic' || scheme === 'digest'
}

/** `Bearer credentials of \`olga\` with the scope orders:write and the role admin`: what a persona brings, in words. */
export function whatItBrings(persona: PersonaConfig): string {
  const { scheme, subject, roles, scopes, acr, loggedInFor } = persona
  if (scheme === undefined) return 'no credentials'
  const rights = [counted('scope', scopes), counted('role', roles)].filter((text) => text !== undefined)
  const login = [...(acr === undefined ? [] : [`of strength ${acr}`]), ...(loggedInFor === undefined ? [] : [`${loggedInFor} s old`])]
  const about = [
    rights.length === 0 ? 'without scopes or roles' : `with ${rights.join(' and ')}`,
    ...(login.length === 0 ? [] : [`a login ${login.join(', ')}`]),
  ]
  return `${SCHEME_NAMES[scheme]} credentials of \`${subject}\` ${about.join(', ')}`
}

function counted(noun: string, words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined
  return `the ${noun}${words.length === 1 ? '' : 's'} ${words.join(', ')}`
}

/** A persona of the configuration by its name. Throws a `TypeError` that names the others for one that is not there. */
export function personaNamed({ personas }: Pick<Config, 'personas'>, name: string): { readonly name: string; readonly config: PersonaConfig } {
  const config = Object.hasOwn(personas, name) ? personas[name] : name === NOBODY ? ANONYMOUS : undefined
  if (config !== undefined) return { name, config }
  const names = [...new Set([NOBODY, ...Object.keys(personas)])]
  const meant = nearName(name, names)
  throw new TypeError(
    `there is no persona \`${name}\`; ${meant === undefined ? `there is ${names.map((one) => `\`${one}\``).join(', ')}` : `\`${meant}\` was probably meant`}`,
  )
}
