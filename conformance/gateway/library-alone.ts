import { isConfigurationRefusal, isRefusal, type Situation } from '../situations.ts'

/** Sites of the adapters that no configuration of the gateway has. */
export const SITES: Readonly<Record<string, string>> = {
  cookie: 'the gateway takes no keys in cookies, whose requests would need a defence against forgery',
  proxy: 'a reverse proxy speaks for the origin, and says 401',
  'key store throws': 'the look-up is a function of the application; a store that fails has a situation of its own',
  'key store rejects': 'the look-up is a function of the application',
  'key store hangs': 'the look-up is a function of the application',
  'key store finds nobody in particular': 'the store refuses a key without a subject',
  'password store throws': 'the look-up is a function of the application',
  'token store rejects': 'the look-up is a function of the application',
  'revocation list throws': 'the look-up is a function of the application; the list of the gateway is in memory',
  'extract throws': 'a scheme of the application; the gateway has only those of the library',
  'challenges throws': 'a scheme of the application; the gateway has only those of the library',
  'authorization details': 'whether details cover a request is a function of the application',
  guessing: 'the clock of a gateway cannot be stopped; it has situations of its own',
  'dpop with a broken store': 'the store of used proofs is a function of the application; the memory of the gateway has a situation of its own',
  'dpop with a rejecting store': 'the store of used proofs is a function of the application',
  'certificates that nobody verified': 'such a configuration does not start',
}

/** Beginnings of paths whose requirement is a function of the application. */
export const ROUTES: Readonly<Record<string, string>> = {
  '/own/': 'the owner is looked up in the database of the application; with `owner:` the path names the owner',
  '/visible/': 'the owner is looked up in the database of the application',
  '/editable/': 'the owner is looked up in the database of the application',
  '/policy/': 'a fact is a function; the policy languages come later',
  '/misconfigured/': 'a fact is a function',
  '/tenants/': 'a claim is compared by a function; `owner:` compares the subject alone',
}

/** Single situations, by row and name. */
export const SITUATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'jwks-unreachable': { 'cached keys that are older than the limit': 'the clock of a gateway cannot be set' },
  'jwks-unreachable-cached': {
    'status 500, keys older than they should be': 'the clock of a gateway cannot be set',
    'hanging, keys older than they should be': 'the clock of a gateway cannot be set',
  },
  'account-locked-password': {
    'the right password, and the same answer as for a wrong one': 'the store has no state "locked": too many failed attempts are 429, right or wrong',
  },
  'account-incomplete': { 'terms to accept': 'the store has no such state' },
  'rate-limited-principal': { '17 seconds to wait': 'the gateway counts by itself, and has a situation of its own' },
  'token-subject-unknown': {
    'the account was deleted': 'who is not in the store is known by the token alone; deleting an account means revoking its tokens',
    'the account was deleted, and the route asks for a role': 'who is not in the store is known by the token alone',
  },
  'session-store-unavailable': { 'the look-up of accounts throws': 'the look-up is a function of the application' },
  'metadata-route': { 'of another resource of the host': 'a gateway describes one resource' },
  'mcp-insufficient-scope': { 'a scope that comprises both passes': 'the configuration has no scopes that comprise others' },
  'mcp-origin-invalid': { 'a name that was made to resolve to this server': 'with `hosts` the answer is 421; the gateway has a row for that' },
  'cors-denial-shared': {
    'the quota is used up': 'the gateway counts by itself; the answer is the same',
    'the account store is down': 'the look-up is a function of the application',
  },
}

/** Rows that the adapters meet and the gateway cannot be brought to. */
export const ALONE: Readonly<Record<string, string>> = {
  'account-locked-password': 'the store has no state "locked"',
  'proxy-auth-required': 'a reverse proxy speaks for the origin, and says 401',
  'account-incomplete': 'the store has no state for what an account holder has to do first',
  'policy-denied': 'a rule is a function of the application; the policy languages come later',
  'tenant-mismatch': 'a claim is compared by a function of the application',
  'guard-internal-error': 'only a scheme of an application throws something unforeseen',
  'authorization-details-insufficient': 'whether details cover a request is a function of the application',
}

/** Why a situation of the adapters is not put to the gateway; nothing if it is. */
export function reasonAlone(row: string, situation: Situation): string | undefined {
  return placeAlone(row, situation)?.reason
}

/** Which entry above keeps a situation from the gateway. */
export function placeAlone(row: string, situation: Situation): { readonly entry: string; readonly reason: string } | undefined {
  if (isConfigurationRefusal(situation)) return undefined
  if (isRefusal(situation)) return { entry: 'code', reason: 'wrong code cannot be written in a configuration; a wrong configuration has situations of its own' }
  const { site, send, name } = situation
  const single = SITUATIONS[row]?.[name]
  if (single !== undefined) return { entry: `${row} (${name})`, reason: single }
  const here = SITES[site.name]
  if (here !== undefined) return { entry: site.name, reason: here }
  const path = 'path' in send ? send.path : ''
  const [prefix, reason] = Object.entries(ROUTES).find(([prefix]) => path.startsWith(prefix)) ?? []
  return prefix === undefined || reason === undefined ? undefined : { entry: prefix, reason }
}
