/** A check that the specification of the auditor knows and this version does not make. */
export interface LeftOut {
  readonly check: string
  /** Why not, in words that a report can show. */
  readonly why: string
}

/** What is not checked, so that nobody takes silence for a result. */
export const LEFT_OUT: readonly LeftOut[] = [
  {
    check: 'BFLA-GRAPH',
    why: 'operations within GraphQL, JSON-RPC or batches are in no OpenAPI document, and no configuration names them yet',
  },
  {
    check: 'CHAL-DPOP',
    why: 'proofs that are wrong in one point cannot be made: sources of credentials keep the keys of personas to themselves',
  },
  {
    check: 'CSRF-COOKIE',
    why: 'requests as a page of another site would make them are not made yet',
  },
  {
    check: 'DENY-429-AS-403',
    why: 'it takes a laboratory in which limits may be used up',
  },
  {
    check: 'DENY-503-AS-401',
    why: 'it takes a laboratory in which the identity provider may be stopped',
  },
  {
    check: 'DENY-RETRYABLE',
    why: 'a cause that passes shows only if the same request is granted later, and nothing is waited for',
  },
  {
    check: 'ENUM-LOGIN',
    why: 'logins are made by the sources of credentials, whose answers nobody else sees',
  },
  {
    check: 'RATE-LOGIN',
    why: 'it would lock out accounts, and no configuration names one that may be',
  },
  {
    check: 'ROUTE-PREFIX',
    why: 'requests go to one origin, so what stands behind a gateway cannot be asked beside it yet',
  },
  {
    check: 'ROUTE-TE',
    why: 'ambiguous framing can do harm to others behind the same proxy, and is never sent',
  },
  {
    check: 'SPEC-COVERAGE',
    why: 'what is served and not described is looked for by BFLA-HIDDEN and BFLA-OLDVERSION',
  },
  {
    check: 'SPEC-GUESSABLE-ID',
    why: 'whole numbers as identifiers are no mistake by themselves; objects are tried whatever their identifiers look like',
  },
  {
    check: 'TLS-PLAIN',
    why: 'requests go to one origin, and plain http is another one',
  },
  {
    check: 'TOK-DPOP',
    why: 'proofs that are wrong in one point cannot be made: sources of credentials keep the keys of personas to themselves',
  },
  {
    check: 'TOK-RIGHTS-STALE',
    why: 'nobody can take a role from a persona in the middle of a run',
  },
  {
    check: 'TOK-X5C',
    why: 'Node.js makes no certificates, so no chain can be put into a token',
  },
]
