import { cut } from './located.ts'

/** What `countersign init` knows of an API. */
export interface StarterOptions {
  readonly title: string
  /** The path of the OpenAPI document, relative to the file that is written. */
  readonly openapiFile: string
  /** Where the API runs. Default `http://127.0.0.1:3000`. */
  readonly upstream?: string
  /** Kinds of schemes that the document names; `bearer` if there are none. */
  readonly schemes: readonly ('bearer' | 'basic' | 'apiKey')[]
}

const SCHEMES = {
  bearer: `  bearer:                             # JWT access tokens (RFC 6750, RFC 9068)
    issuers:
      - issuer: https://id.example        # CHANGE: exactly as in \`iss\`
        audience: https://api.example     # CHANGE: what your API is called in \`aud\`
        # roles: realm_access.roles       # where the roles stand in the token`,
  basic: `  basic: {}                           # names and passwords: countersign passwords set NAME`,
  apiKey: `  apiKey:                             # keys: countersign keys create NAME
    header: X-Api-Key`,
} as const

/** A commented `countersign.yaml` to begin with. It loads as it is, if the OpenAPI document is there. */
export function starterConfig({ title, openapiFile, upstream = 'http://127.0.0.1:3000', schemes }: StarterOptions): string {
  const name = shortName(title)
  const kinds = schemes.length === 0 ? (['bearer'] as const) : [...new Set(schemes)]
  return `# yaml-language-server: $schema=./node_modules/@countersign/gateway/schema/countersign.schema.json
# The gateway in front of ${cut(title)}. Every member is explained by the schema in the line above.
#   countersign validate    is it complete?
#   countersign matrix      who gets what?
version: 1
realm: ${name}

listen: 127.0.0.1:8080                # callers come in here
admin: 127.0.0.1:8081                 # health, metrics, admin API: never for callers

schemes:
${kinds.map((kind) => SCHEMES[kind]).join('\n')}

apis:
  - name: ${name}
    upstream: ${quoted(originOf(upstream))}
    # upstream: { url: https://orders.internal, http2: true, tls: { ca: ./ca.pem } }    # over https, with an authority of your own
    openapi: ${quoted(openapiFile.replaceAll('\\', '/'))}
    # routes:                         # beside what the document says, and above it
    #   - { methods: GET, path: /health, open: true }
    #   - { path: /reports/**, roles: [auditor] }
    #   - { methods: GET, path: '/customers/{id}', owner: id }

# store:
#   path: ./countersign.db
#   digestKey: \${COUNTERSIGN_DIGEST_KEY}    # from the environment, or from the file in COUNTERSIGN_DIGEST_KEY_FILE

# limits: { body: 10MB, requestTimeout: 60s }
# abuse: { perAddress: { rate: 100, burst: 200 } }
# identity: { assertion: { audience: ${name} } }    # a signed statement for the upstream
# cors: { origins: [https://app.example] }
# network: { trustedProxies: [10.0.0.0/8], requireTls: true }

personas:                             # who is tried in \`countersign matrix\`; \`anonymous\` always is
${kinds.map((kind) => `  with-${kind.toLowerCase()}: { scheme: ${kind} }`).join('\n')}
`
}

/** Letters, digits and hyphens: a realm, a name for metrics, and a plain text in YAML. */
function shortName(title: string): string {
  const name = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '')
  // A digit in front could make a number of it, and `true` or `null` would be no text.
  return /^[a-z]/.test(name) && !/^(?:true|false|null)$/.test(name) ? name : name === '' ? 'api' : `api-${name}`
}

/** JSON's texts are texts of YAML, too; a `\${` would begin a variable. */
function quoted(text: string): string {
  return JSON.stringify(text.replaceAll('${', () => '$${'))
}

/** Documents often name a base path; routes have it already, so the upstream is host and port. */
function originOf(upstream: string): string {
  return URL.canParse(upstream) && /^https?:/.test(new URL(upstream).protocol) ? new URL(upstream).origin : upstream
}
