import { VERSION } from '../version.ts'
import { changing, named, reading, unprotected } from './document-parts.ts'
import { SCHEMAS } from './document-schemas.ts'

const PAGE = ['after', 'limit']
const KEY = named('id', 'All of a key before its second `_`')

const PATHS = {
  '/livez': { get: unprotected({ id: 'livez', summary: 'Whether the process lives', query: ['verbose'] }) },
  '/readyz': { get: unprotected({ id: 'readyz', summary: 'Whether requests should be sent here', query: ['verbose'] }) },
  '/startupz': { get: unprotected({ id: 'startupz', summary: 'Whether a configuration is in force', query: ['verbose'] }) },
  '/metrics': { get: unprotected({ id: 'metrics', summary: 'Metrics for Prometheus' }) },
  '/api/v1/openapi.json': { get: reading({ id: 'getDocument', summary: 'This document', answer: 'Document' }) },
  '/api/v1/keys': {
    get: reading({ id: 'listKeys', summary: 'API keys, oldest first', query: [...PAGE, 'subject'], answer: 'KeyPage' }),
    post: changing({ id: 'createKey', summary: 'A new key, which is shown this once', body: 'NewKey', answer: 'CreatedKey', created: true }),
  },
  '/api/v1/keys/{id}': {
    ...KEY,
    get: reading({ id: 'getKey', summary: 'One key without its secret', answer: 'Key' }),
    delete: changing({ id: 'revokeKey', summary: 'Ends a key at once', answer: 'Key' }),
  },
  '/api/v1/keys/{id}/rotation': {
    ...KEY,
    post: changing({ id: 'rotateKey', summary: 'A new key with the same rights; the old one ends', body: 'Rotation', answer: 'CreatedKey', created: true }),
  },
  '/api/v1/passwords': { get: reading({ id: 'listPasswords', summary: 'Names that have a password', query: PAGE, answer: 'PasswordPage' }) },
  '/api/v1/passwords/{user}': {
    ...named('user', 'The name for Basic'),
    put: changing({ id: 'setPassword', summary: 'Sets the password of a name', body: 'NewPassword' }),
    delete: changing({ id: 'removePassword', summary: 'Removes the password of a name' }),
  },
  '/api/v1/principals': { get: reading({ id: 'listPrincipals', summary: 'What is known of principals', query: PAGE, answer: 'PrincipalPage' }) },
  '/api/v1/principals/{subject}': {
    ...named('subject', 'As in `sub`; behind the name of its issuer for every issuer but the first'),
    get: reading({ id: 'getPrincipal', summary: 'What is known of a principal', answer: 'Principal' }),
    put: changing({ id: 'putPrincipal', summary: 'Gives a principal roles, scopes and a status', body: 'PrincipalContent', answer: 'Principal' }),
    delete: changing({ id: 'removePrincipal', summary: 'Forgets a principal; its credentials go on' }),
  },
  '/api/v1/revocations': {
    get: reading({ id: 'listRevocations', summary: 'Tokens that are refused before they expire', query: PAGE, answer: 'RevocationPage' }),
    post: changing({
      id: 'revoke',
      summary: 'Refuses one token, or all of a subject issued before a moment',
      body: 'NewRevocation',
      answer: 'Revocation',
      created: true,
    }),
  },
  '/api/v1/decisions': {
    get: reading({ id: 'listDecisions', summary: 'The last decisions, newest first', query: [...PAGE, 'outcome', 'subject', 'route'], answer: 'DecisionPage' }),
  },
  '/api/v1/decisions/{id}': {
    ...named('id', '`decision_id` of a problem document'),
    get: reading({ id: 'getDecision', summary: 'One decision with its steps', answer: 'Decision' }),
  },
  '/api/v1/audit': { get: reading({ id: 'listAudit', summary: 'Administrative changes, oldest first', query: PAGE, answer: 'AuditPage' }) },
  '/api/v1/audit/verification': { get: reading({ id: 'verifyAudit', summary: 'Whether the trail is as it was written', answer: 'Verification' }) },
  '/api/v1/configuration': { get: reading({ id: 'getConfiguration', summary: 'The configuration in force, secrets masked', answer: 'Configuration' }) },
  '/api/v1/matrix': { get: reading({ id: 'getMatrix', summary: 'Who gets what: operations, personas, answers', answer: 'Matrix' }) },
  '/api/v1/explain': {
    get: reading({
      id: 'explain',
      summary: 'Step by step, what a request would be answered, and why',
      query: ['method', 'url', 'as', 'from'],
      answer: 'Explanation',
    }),
  },
  '/api/v1/reload': { post: changing({ id: 'reload', summary: 'Puts the configuration into force as it is in the files', answer: 'Reloaded' }) },
  '/api/v1/backups': {
    post: changing({ id: 'backUp', summary: 'Copies the store into a new file beside it', body: 'NewBackup', answer: 'Backup', created: true }),
  },
}

const query = (name: string, description: string, schema: object = { type: 'string' }) => ({ name, in: 'query', description, schema })

const PARAMETERS = {
  after: query('after', '`next` of the page before'),
  limit: query('limit', 'Entries of a page', { type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
  subject: query('subject', 'Only those of this subject'),
  outcome: query('outcome', 'Only those with this outcome, such as `forbid`'),
  route: query('route', 'Only those of this route, such as `GET /orders/{id}`'),
  method: { ...query('method', 'A method, such as `GET`'), required: true },
  url: { ...query('url', 'A URL, or a path'), required: true },
  as: query('as', 'A persona of the configuration; `anonymous` without it'),
  from: query('from', 'The IP address of the caller, for `network.denied`'),
  verbose: query('verbose', 'Lists every check'),
}

/** The description of the admin port, which is also what protects it. `bearer`: whether tokens are accepted beside API keys. */
export function adminDocument({ bearer }: { readonly bearer: boolean }) {
  const key = { apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } }
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign admin API', version: VERSION },
    security: [{ apiKey: [] }, ...(bearer ? [{ bearer: [] }] : [])],
    paths: PATHS,
    components: {
      securitySchemes: { ...key, ...(bearer ? { bearer: { type: 'http', scheme: 'bearer' } } : {}) },
      parameters: PARAMETERS,
      responses: { Problem: { description: 'What is wrong', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } } },
      schemas: SCHEMAS,
    },
  }
}
