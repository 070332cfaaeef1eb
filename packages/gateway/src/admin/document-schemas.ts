const moment = { type: 'integer', minimum: 0, description: 'Seconds since the epoch' }
const text = { type: 'string', minLength: 1 }
const words = { type: 'array', items: text, maxItems: 100 }
const status = { type: 'string', enum: ['active', 'disabled', 'suspended'] }

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', properties, required }
}

/** Content that has these members and no others. */
function input(properties: Readonly<Record<string, unknown>>, required: readonly string[]) {
  return { ...object(properties, required), additionalProperties: false }
}

function page(name: string) {
  return object(
    {
      items: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
      next: { ...text, description: 'The cursor of the next page; absent on the last' },
    },
    ['items'],
  )
}

const key = { id: text, subject: text, label: text, scopes: words, roles: words, created: moment, expires: moment, revoked: moment, replacedBy: text }
const decision = {
  id: text,
  at: { type: 'number' },
  method: text,
  host: { type: 'string' },
  path: { type: 'string' },
  route: text,
  api: text,
  outcome: text,
  status: { type: 'integer' },
  reason: text,
  scheme: text,
  subject: text,
  requirement: text,
  source: text,
  config: { type: 'string' },
  steps: { type: 'array', items: {} },
}
const auditEntry = {
  sequence: { type: 'integer' },
  at: moment,
  actor: object({ subject: text, via: text }),
  action: text,
  target: text,
  detail: { type: 'object' },
  hash: text,
}
const tokenRevocation = { type: { const: 'token' }, jti: text, until: moment }
const subjectRevocation = { type: { const: 'subject' }, subject: text, notBefore: moment }

const matrixRow = {
  api: text,
  operation: text,
  method: text,
  template: text,
  requirement: text,
  declared: { type: 'boolean' },
  source: text,
  cells: {
    type: 'object',
    description: 'By persona',
    additionalProperties: object({ status: { type: 'integer' }, outcome: text, reason: text }, ['status', 'outcome']),
  },
}
const objects = { type: 'array', items: { type: 'object' } }
const explanation = {
  request: object({ method: text, host: text, path: text, assumedHost: { type: 'boolean' } }),
  persona: object({ name: text, brings: text }),
  entrance: { type: 'array', items: object({ setting: text, text, found: { type: 'string', enum: ['passed', 'refused', 'unknown'] } }) },
  api: { type: 'object' },
  route: { type: 'object' },
  miss: text,
  near: objects,
  parts: objects,
  answer: object({ status: { type: 'integer' }, outcome: text }, ['status', 'outcome']),
  ways: objects,
}

/** What goes in and out of the admin API. */
export const SCHEMAS = {
  Key: object(key, ['id', 'subject', 'scopes', 'roles', 'created']),
  KeyPage: page('Key'),
  NewKey: input({ subject: text, label: text, roles: words, scopes: words, expires: moment }, ['subject']),
  CreatedKey: object({ key: { ...text, description: 'The key itself. It is shown here and never again.' }, record: { $ref: '#/components/schemas/Key' } }),
  Rotation: input({ overlap: { type: 'integer', minimum: 0, default: 0, description: 'Seconds for which the old key goes on' } }, []),
  PasswordEntry: object({ user: text, changed: moment }),
  PasswordPage: page('PasswordEntry'),
  NewPassword: input({ password: { type: 'string', minLength: 8, maxLength: 256, writeOnly: true } }, ['password']),
  Principal: object({ subject: text, roles: words, scopes: words, status, changed: moment }),
  PrincipalPage: page('Principal'),
  PrincipalContent: input({ roles: words, scopes: words, status: { ...status, default: 'active' } }, []),
  Revocation: {
    oneOf: [
      object({ ...tokenRevocation, at: moment }, ['type', 'jti', 'until']),
      object({ ...subjectRevocation, at: moment }, ['type', 'subject', 'notBefore']),
    ],
  },
  RevocationPage: page('Revocation'),
  NewRevocation: { oneOf: [input(tokenRevocation, ['type', 'jti', 'until']), input(subjectRevocation, ['type', 'subject'])] },
  Decision: object(decision, ['id', 'at', 'method', 'host', 'path', 'outcome', 'status', 'config', 'steps']),
  DecisionPage: page('Decision'),
  AuditEntry: object(auditEntry),
  AuditPage: page('AuditEntry'),
  Verification: {
    oneOf: [object({ intact: { const: true }, entries: { type: 'integer' } }), object({ intact: { const: false }, sequence: { type: 'integer' } })],
  },
  Matrix: object({
    personas: words,
    notes: { type: 'array', items: text, description: 'What holds for every operation and no cell shows' },
    rows: { type: 'array', items: object(matrixRow) },
  }),
  Explanation: object(explanation, ['request', 'persona', 'entrance', 'near', 'parts', 'answer', 'ways']),
  Configuration: { type: 'object' },
  Document: { type: 'object' },
  Reloaded: object({ ok: { const: true }, diagnostics: { type: 'array', items: { type: 'object' } } }),
  NewBackup: input({ name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$' } }, ['name']),
  Backup: object({ name: text }),
  Problem: object(
    {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      errors: { type: 'array', items: object({ member: text, found: text, accepted: text }) },
      diagnostics: { type: 'array', items: { type: 'object' } },
    },
    ['type', 'title', 'status'],
  ),
}
