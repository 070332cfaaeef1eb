export const SCHEMES = `
components:
  securitySchemes:
    jwt: { type: http, scheme: BEARER }
    password: { type: http, scheme: basic }
    key: { type: apiKey, in: header, name: x-api-key }
    login: { type: oauth2, flows: { implicit: { authorizationUrl: 'https://a', scopes: { 'read': r, 'write': w } } } }
    oidc: { type: openIdConnect, openIdConnectUrl: 'https://a' }
    digest: { type: http, scheme: digest }
    odd: { type: http, scheme: x-Own }
    cert: { type: mutualTLS }
`

/** A document with every kind of scheme and one operation whose security this is. */
export function document(security: string, { version = '3.1.0', root = '' }: { version?: string; root?: string } = {}): string {
  const line = security === '' ? '' : `      security: ${security}\n`
  return `openapi: ${version}\ninfo: { title: t }\n${root}${SCHEMES}\npaths:\n  /a:\n    get:\n${line}      responses: {}\n`
}
