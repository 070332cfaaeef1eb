import { parseCredentials, Secret, type Ask, type Principal, type Scheme } from '@countersign/core'

const PEOPLE: Readonly<Record<string, { readonly subject: string; readonly roles: readonly string[] }>> = {
  'olga-token': { subject: 'olga', roles: [] },
  'adam-token': { subject: 'adam', roles: ['admin'] },
}

function principalOf(credentials: Secret, scheme: string): Principal | undefined {
  const person = PEOPLE[credentials.reveal()]
  return person && { ...person, scheme, scopes: [], assurance: {}, claims: {} }
}

/** A scheme whose credentials are one of two fixed tokens. It decides at once, or after a promise. */
export function fixedToken(name: string, { strength, waits }: { readonly strength: number; readonly waits: boolean }): Scheme<Secret> {
  return {
    name,
    strength,
    expresses: ['authenticate'],
    carrier: 'authorization',
    opensDialog: false,
    extract(request) {
      const parsed = parseCredentials(request.field('authorization'))
      if (parsed.found !== 'credentials' || parsed.scheme.toLowerCase() !== name.toLowerCase()) return { found: 'nothing' }
      if (parsed.token68 === undefined) return { found: 'malformed', reason: 'credentials-malformed' }
      return { found: 'credentials', credentials: new Secret(parsed.token68) }
    },
    verify(credentials) {
      const principal = principalOf(credentials, name)
      const verified = principal === undefined ? ({ result: 'rejected', reason: 'token-invalid' } as const) : ({ result: 'accepted', principal } as const)
      return waits ? Promise.resolve(verified) : verified
    },
    challenges: ({ realm, reason }: Ask) => [{ scheme: name, params: { realm, ...(reason === undefined ? {} : { error: 'invalid_token' }) } }],
  }
}
